import { Inject, Injectable, Optional } from '@nestjs/common';
import { notFound } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { DOWNLOAD_LINK_FOR_MS } from '#domain/chat/model/direct-upload.js';
import { contentTypeOf, type Upload } from '#domain/chat/model/upload.js';
import { Attachments } from '#ports/chat/attachments.js';
import { BlobLinks } from '#ports/system/blob-links.js';
import { Blobs } from '#ports/system/blobs.js';

/** The file itself, or where it is to be had: a link that whoever has it may use for two minutes. */
export type Opened =
  | { readonly kind: 'bytes'; readonly upload: Upload; readonly bytes: AsyncIterable<Uint8Array> }
  | { readonly kind: 'link'; readonly url: string };

/** Gives a file to who uploaded it, and to members of a conversation in which a message holds it. */
@Injectable()
export class OpenAttachment {
  readonly #attachments: Attachments;
  readonly #blobs: Blobs;

  readonly #links: BlobLinks | undefined;

  constructor(
    @Inject(Attachments) attachments: Attachments,
    @Inject(Blobs) blobs: Blobs,
    @Optional() @Inject(BlobLinks) links?: BlobLinks,
  ) {
    this.#attachments = attachments;
    this.#blobs = blobs;
    this.#links = links;
  }

  /** @throws Refusal `not_found`, of all who may not have it in the same words */
  async run({ workspaceId, userId }: ChatUser, id: string): Promise<Opened> {
    const upload = await this.#attachments.find(workspaceId, userId, id);
    if (!upload) throw notFound('attachment');
    if (!this.#links) return { kind: 'bytes', upload, bytes: this.#blobs.open(upload.id, 0) };
    const as = { fileName: upload.name, mediaType: contentTypeOf(upload), forMs: DOWNLOAD_LINK_FOR_MS };
    return { kind: 'link', url: await this.#links.download(upload.id, as) };
  }
}
