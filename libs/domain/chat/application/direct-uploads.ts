import { Inject, Injectable, Optional } from '@nestjs/common';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import {
  isUploadId,
  UPLOAD_LINK_FOR_MS,
  UPLOAD_SECRET_BYTES,
  uploadIdOf,
} from '#domain/chat/model/direct-upload.js';
import { type Upload, UploadLimits } from '#domain/chat/model/upload.js';
import { BlobLinks, type UploadLink } from '#ports/system/blob-links.js';
import { Blobs } from '#ports/system/blobs.js';
import { Randomness } from '#ports/system/randomness.js';
import { UploadAttachment } from './upload-attachment.js';

export interface AskedUpload extends UploadLink {
  /** `upl_…`, a secret. */
  readonly id: string;
}

export interface CompletedUpload {
  /** Of the attachment, `att_…`. */
  readonly id: string;
  readonly uploadId: string;
  /** As the user calls it. */
  readonly name: string;
}

/**
 * Files that go past us into the store, where it gives links. What is put there is nobody's: nothing leads to it, and it is swept after
 * a day. An attachment is made of a copy that is judged while it is copied, so what is judged is what is kept, whatever is put there
 * later by the same link.
 */
@Injectable()
export class DirectUploads {
  readonly #randomness: Randomness;
  readonly #blobs: Blobs;
  readonly #limits: UploadLimits;
  readonly #uploads: UploadAttachment;
  readonly #links: BlobLinks | undefined;

  constructor(
    @Inject(Randomness) randomness: Randomness,
    @Inject(Blobs) blobs: Blobs,
    @Inject(UploadLimits) limits: UploadLimits,
    uploads: UploadAttachment,
    @Optional() @Inject(BlobLinks) links?: BlobLinks,
  ) {
    this.#randomness = randomness;
    this.#blobs = blobs;
    this.#limits = limits;
    this.#uploads = uploads;
    this.#links = links;
  }

  /** Nothing is written down. @throws Refusal `not_found` where files are taken by us only | `body_too_large` */
  async ask(bytes: number): Promise<AskedUpload> {
    if (!this.#links)
      throw new Refusal('not_found', 'This server gives no links: send the file to /v1/attachments.');
    const { largest } = this.#limits;
    if (bytes > largest) throw new Refusal('body_too_large', `A file has at most ${largest} bytes.`);
    const id = uploadIdOf(this.#randomness.bytes(UPLOAD_SECRET_BYTES));
    return { id, ...(await this.#links.upload(id, { bytes, forMs: UPLOAD_LINK_FOR_MS })) };
  }

  /**
   * Makes an attachment of what has been put there; asked again under another id it makes another one. If the process dies meanwhile
   * there is none, and it can be asked for again as long as the bytes are there.
   * @throws Refusal `not_found` while nothing has been put there, or a day later; and as an upload is refused
   */
  async complete(by: ChatUser, { id, uploadId, name }: CompletedUpload): Promise<Upload> {
    if (!isUploadId(uploadId)) throw notFound('upload');
    return this.#uploads.run(by, { id, name, bytes: this.#put(uploadId) });
  }

  async *#put(uploadId: string): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* this.#blobs.open(uploadId, 0);
    } catch (error) {
      throw error instanceof Refusal && error.code === 'not_found' ? notFound('upload') : error;
    }
  }
}
