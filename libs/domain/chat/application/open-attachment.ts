import { Inject, Injectable } from '@nestjs/common';
import { notFound } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import type { Upload } from '#domain/chat/model/upload.js';
import { Attachments } from '#ports/chat/attachments.js';
import { Blobs } from '#ports/system/blobs.js';

/** Gives a file to who uploaded it, and to members of a conversation in which a message holds it. */
@Injectable()
export class OpenAttachment {
  readonly #attachments: Attachments;
  readonly #blobs: Blobs;

  constructor(@Inject(Attachments) attachments: Attachments, @Inject(Blobs) blobs: Blobs) {
    this.#attachments = attachments;
    this.#blobs = blobs;
  }

  /** @throws Refusal `not_found`, of all who may not have it in the same words */
  async run(
    { workspaceId, userId }: ChatUser,
    id: string,
  ): Promise<{ readonly upload: Upload; readonly bytes: AsyncIterable<Uint8Array> }> {
    const upload = await this.#attachments.find(workspaceId, userId, id);
    if (!upload) throw notFound('attachment');
    return { upload, bytes: this.#blobs.open(upload.id, 0) };
  }
}
