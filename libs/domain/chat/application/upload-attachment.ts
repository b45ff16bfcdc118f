import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { IMAGE_HEADER_BYTES } from '#domain/chat/model/image-size.js';
import { fileName, judge, type Upload, UploadLimits } from '#domain/chat/model/upload.js';
import { Attachments } from '#ports/chat/attachments.js';
import { Blobs } from '#ports/system/blobs.js';
import { Clock } from '#ports/system/clock.js';

export interface NewUpload {
  /** `att_…`; the same for every attempt of one request. */
  readonly id: string;
  /** As the user calls it. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Takes a file that a message is to hold later. */
@Injectable()
export class UploadAttachment {
  readonly #attachments: Attachments;
  readonly #blobs: Blobs;
  readonly #clock: Clock;
  readonly #limits: UploadLimits;

  constructor(
    @Inject(Attachments) attachments: Attachments,
    @Inject(Blobs) blobs: Blobs,
    @Inject(Clock) clock: Clock,
    @Inject(UploadLimits) limits: UploadLimits,
  ) {
    this.#attachments = attachments;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Stores the bytes durably, then what is known of them: nobody can name a file that is not whole. If the process dies
   * between the two the caller has no answer and sends it again under the same id, or the bytes are swept away.
   * @throws Refusal `unsupported_media_type` | `validation_failed` | `body_too_large` | `storage_full`
   */
  async run({ workspaceId, userId }: ChatUser, { id, name: asked, bytes }: NewUpload): Promise<Upload> {
    const name = fileName(asked);
    const known = await this.#attachments.find(workspaceId, userId, id);
    if (known) return known;
    const file = bytes[Symbol.asyncIterator]();
    try {
      const begun = await beginning(file);
      if (begun.byteLength === 0) throw new Refusal('validation_failed', 'The file is empty.');
      const judged = judge(name, begun, this.#limits);
      const stored = await this.#blobs.put(id, bounded(begun, file, this.#limits.largest));
      const uploadedAt = this.#clock.now();
      const upload = { id, name, ...judged, ...stored, workspaceId, uploaderId: userId, uploadedAt };
      await this.#attachments.insert(upload);
      return upload;
    } finally {
      await file.return?.();
    }
  }
}

/** So much of a file that all can be told from it what is asked of it; no more of any file is held in memory. */
async function beginning(file: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let length = 0; length < IMAGE_HEADER_BYTES;) {
    const { done, value } = await file.next();
    if (done === true) break;
    chunks.push(value);
    length += value.byteLength;
  }
  return Buffer.concat(chunks);
}

async function* bounded(
  begun: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  largest: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let length = 0;
  for (let chunk: Uint8Array | undefined = begun; chunk;) {
    length += chunk.byteLength;
    if (length > largest) throw new Refusal('body_too_large', `A file has at most ${largest} bytes.`);
    yield chunk;
    const { done, value } = await rest.next();
    chunk = done === true ? undefined : value;
  }
}
