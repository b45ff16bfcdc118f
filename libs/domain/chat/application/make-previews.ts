import { Inject, Injectable } from '@nestjs/common';
import { mayHavePreview, PREVIEW_SIZES, type PreviewSize, previewName } from '#domain/chat/model/preview.js';
import type { Upload } from '#domain/chat/model/upload.js';
import { Attachments } from '#ports/chat/attachments.js';
import { ImagePreviews, type Previewed } from '#ports/chat/image-previews.js';
import { Blobs } from '#ports/system/blobs.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';

/** Whoever uploads waits so long for the previews, milliseconds. */
const PATIENCE_MS = 3_000;

/**
 * Makes small pictures of an image that was uploaded. They follow from it: if the process dies before they are stored, or before
 * it is written down that they are, they are made again when somebody asks for one.
 */
@Injectable()
export class MakePreviews {
  readonly #attachments: Attachments;
  readonly #blobs: Blobs;
  readonly #previews: ImagePreviews;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #underWay = new Map<string, Promise<Previewed>>();

  constructor(
    @Inject(Attachments) attachments: Attachments,
    @Inject(Blobs) blobs: Blobs,
    @Inject(ImagePreviews) previews: ImagePreviews,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
  ) {
    this.#attachments = attachments;
    this.#blobs = blobs;
    this.#previews = previews;
    this.#clock = clock;
    this.#log = log;
  }

  /** The upload, with its preview if that was made in time. Does not throw: an image without one is a file like others. */
  async soon(upload: Upload): Promise<Upload> {
    if (!mayHavePreview(upload) || upload.preview || upload.hasNoPreview) return upload;
    let cancel = (): void => {};
    const patience = new Promise<undefined>((resolve) => {
      cancel = this.#clock.after(PATIENCE_MS, () => resolve(undefined));
    });
    const made = this.now(upload.id).catch((error: unknown) => {
      this.#log.error('previews.not_made', { attachmentId: upload.id, error });
      return undefined;
    });
    const found = await Promise.race([made, patience]);
    cancel();
    if (found?.kind === 'none') return { ...upload, hasNoPreview: true };
    const preview = found && largestOf(found);
    return preview ? { ...upload, preview } : upload;
  }

  /** Once for all who ask at once. */
  now(id: string): Promise<Previewed> {
    const known = this.#underWay.get(id);
    if (known) return known;
    const making = this.#make(id).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, making);
    return making;
  }

  /** The pictures first: what is written down is there. */
  async #make(id: string): Promise<Previewed> {
    const found = await this.#previews.make(this.#blobs.open(id, 0), PREVIEW_SIZES);
    if (found.kind === 'made')
      for (const { size, bytes } of found.previews)
        await this.#blobs.put(previewName(id, size as PreviewSize), only(bytes));
    const preview = largestOf(found);
    if (preview) await this.#attachments.setPreview(id, preview);
    if (found.kind === 'none') {
      this.#log.info('previews.none', { attachmentId: id, reason: found.reason });
      await this.#attachments.setPreview(id, 'none');
    }
    return found;
  }
}

function largestOf(found: Previewed): { readonly width: number; readonly height: number } | undefined {
  const largest = found.kind === 'made' ? found.previews.at(-1) : undefined;
  return largest && { width: largest.width, height: largest.height };
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
