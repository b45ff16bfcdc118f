import { Inject, Injectable } from '@nestjs/common';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { mayHavePreview, type PreviewSize, previewName } from '#domain/chat/model/preview.js';
import { Attachments } from '#ports/chat/attachments.js';
import { Blobs } from '#ports/system/blobs.js';
import { MakePreviews } from './make-previews.js';

const AGAIN_AFTER_MS = 2_000;

/** Gives a small picture of an image to whoever may have the image. */
@Injectable()
export class OpenPreview {
  readonly #attachments: Attachments;
  readonly #blobs: Blobs;
  readonly #make: MakePreviews;

  constructor(
    @Inject(Attachments) attachments: Attachments,
    @Inject(Blobs) blobs: Blobs,
    make: MakePreviews,
  ) {
    this.#attachments = attachments;
    this.#blobs = blobs;
    this.#make = make;
  }

  /** @throws Refusal `not_found`; `rate_limited` while too many are being made */
  async run({ workspaceId, userId }: ChatUser, id: string, size: PreviewSize): Promise<Uint8Array> {
    const upload = await this.#attachments.find(workspaceId, userId, id);
    if (!upload) throw notFound('attachment');
    if (!mayHavePreview(upload) || upload.hasNoPreview) throw notFound('preview');
    const known = upload.preview && (await this.#stored(id, size));
    if (known) return known;
    const found = await this.#make.now(id);
    if (found.kind === 'unavailable' && found.reason === 'busy')
      throw new Refusal('rate_limited', 'Many previews are being made.', { retryAfterMs: AGAIN_AFTER_MS });
    const made = found.kind === 'made' ? found.previews.find((one) => one.size === size) : undefined;
    if (!made) throw notFound('preview');
    return made.bytes;
  }

  /** They are small: a few hundred kilobytes. */
  async #stored(id: string, size: PreviewSize): Promise<Uint8Array | undefined> {
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of this.#blobs.open(previewName(id, size), 0)) chunks.push(chunk);
      return Buffer.concat(chunks);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'not_found') return undefined;
      throw error;
    }
  }
}
