import { Body, Param, Post, Query } from '@nestjs/common';
import { DirectUploads } from '#domain/chat/application/direct-uploads.js';
import { MakePreviews } from '#domain/chat/application/make-previews.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes, Withheld } from '../kit/route.js';
import { AskUploadBody, CompleteUploadBody } from './attachment-uploads.body.js';
import type { UploadLinkView } from './attachment-uploads.view.js';
import { AsQuery } from './chat.query.js';
import type { AttachmentView } from './chat.view.js';
import { attachmentView } from './chat-views.js';
import { Speaker, speaking } from './speaker.js';

/** Files that their senders put into the store themselves. */
@RestController('v1/attachments/uploads')
export class AttachmentUploadsController {
  readonly #uploads: DirectUploads;
  readonly #previews: MakePreviews;

  constructor(uploads: DirectUploads, previews: MakePreviews) {
    this.#uploads = uploads;
    this.#previews = previews;
  }

  /**
   * Answers where to put a file, past this server: `PUT` exactly that many bytes to `url` with `headers` and without your key, then
   * complete it. For files that are larger than a gateway lets through. A server that keeps files itself gives no such links (404).
   */
  @Post()
  @Scopes('chat:write', { users: true })
  @Withheld('url')
  async ask(
    @Speaker() speaker: Speaker,
    @Query() { as }: AsQuery,
    @Body() { bytes }: AskUploadBody,
  ): Promise<UploadLinkView> {
    speaking(speaker, as);
    const { id, url, headers, expiresAt } = await this.#uploads.ask(bytes);
    return { id, method: 'PUT', url, headers: { ...headers }, expiresAt: new Date(expiresAt).toISOString() };
  }

  /**
   * Makes an attachment of what was put there, judged as any other: by its bytes and its size. Until then nobody can have it, and
   * what is not completed is removed after a day. Completed again it is another attachment: with an `Idempotency-Key`, the same.
   */
  @Post(':id/complete')
  @Scopes('chat:write', { users: true })
  async complete(
    @Speaker() speaker: Speaker,
    @Param('id') uploadId: string,
    @Query() { as }: AsQuery,
    @Body() { name }: CompleteUploadBody,
    @Attempt() { ids }: Attempt,
    @Answer() answer: Answer,
  ): Promise<AttachmentView> {
    const by = speaking(speaker, as);
    const upload = await this.#uploads.complete(by, { id: ids.next('att'), uploadId, name });
    answer.location(`/v1/attachments/${upload.id}`);
    return attachmentView(await this.#previews.soon(upload));
  }
}
