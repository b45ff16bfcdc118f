import { Readable } from 'node:stream';
import { Body, Get, Header, Headers, Param, Post, Query, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { MakePreviews } from '#domain/chat/application/make-previews.js';
import { OpenAttachment } from '#domain/chat/application/open-attachment.js';
import { OpenPreview } from '#domain/chat/application/open-preview.js';
import { UploadAttachment } from '#domain/chat/application/upload-attachment.js';
import { contentTypeOf } from '#domain/chat/model/upload.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes, Takes } from '../kit/route.js';
import { AsQuery, PreviewQuery } from './chat.query.js';
import type { AttachmentView } from './chat.view.js';
import { attachmentView } from './chat-views.js';
import { Speaker, speaking } from './speaker.js';

/** Files that messages hold. */
@RestController('v1/attachments')
export class AttachmentsController {
  readonly #uploads: UploadAttachment;
  readonly #open: OpenAttachment;
  readonly #previews: MakePreviews;
  readonly #openPreview: OpenPreview;

  constructor(
    uploads: UploadAttachment,
    open: OpenAttachment,
    previews: MakePreviews,
    openPreview: OpenPreview,
  ) {
    this.#uploads = uploads;
    this.#open = open;
    this.#previews = previews;
    this.#openPreview = openPreview;
  }

  /**
   * Takes a file as `application/octet-stream`, under the name in `X-File-Name` (percent-encoded UTF-8). What it is follows
   * from its bytes: PNG, JPEG, GIF, WebP, PDF, MP4, WebM, MP3, Ogg, WAV, ZIP, office documents and plain text are taken.
   * A message names it by its id; what no message holds is removed after a day. Of an image previews are made, and `preview` says
   * how large the larger of them is if they were made in time.
   */
  @Post()
  @Scopes('chat:write', { users: true })
  @Takes('file')
  async upload(
    @Speaker() speaker: Speaker,
    @Query() { as }: AsQuery,
    @Headers('x-file-name') name: string | undefined,
    @Body() bytes: unknown,
    @Attempt() { ids }: Attempt,
    @Answer() answer: Answer,
  ): Promise<AttachmentView> {
    const by = speaking(speaker, as);
    if (!(bytes instanceof Readable))
      throw new Refusal('unsupported_media_type', 'Send the file as application/octet-stream.');
    const upload = await this.#uploads.run(by, { id: ids.next('att'), name: nameIn(name), bytes });
    answer.location(`/v1/attachments/${upload.id}`);
    return attachmentView(await this.#previews.soon(upload));
  }

  /**
   * The file, for who uploaded it and for members of a conversation in which a message holds it. Always to be saved, not shown. Where
   * clients may reach the store, the answer is `302` to a link that holds for two minutes: follow it without your key.
   */
  @Get(':id')
  @Scopes('chat:read', { users: true })
  @Header('content-type', 'application/octet-stream')
  async download(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const found = await this.#open.run(speaking(speaker, as), id);
    if (found.kind === 'link') return void reply.code(302).header('location', found.url);
    const { upload, bytes } = found;
    const rest = bytes[Symbol.asyncIterator]();
    // Read before anything is answered: one that is gone is a 404, and not a file that breaks off.
    const first = await rest.next();
    void reply.headers({
      'content-type': contentTypeOf(upload),
      'content-length': upload.bytes,
      'content-disposition': dispositionOf(upload.name),
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    });
    return new StreamableFile(Readable.from(joined(first, rest), { objectMode: false }));
  }

  /**
   * A small picture of an image as WebP: upright, of the first frame, without anything else the file held; at most 320 pixels wide
   * and high, or 1280. For whoever may have the file. A file of which none can be made has none (404).
   */
  @Get(':id/preview')
  @Scopes('chat:read', { users: true })
  @Header('content-type', 'image/webp')
  async preview(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as, size }: PreviewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const bytes = await this.#openPreview.run(speaking(speaker, as), id, size === '1280' ? 1280 : 320);
    void reply.headers({
      'content-length': bytes.byteLength,
      'content-disposition': 'inline; filename="preview.webp"',
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      // It never changes; whoever has seen it has it.
      'cache-control': 'private, max-age=31536000, immutable',
    });
    return new StreamableFile(bytes);
  }
}

/** @throws Refusal `validation_failed` */
function nameIn(header: string | undefined): string {
  try {
    if (header === undefined || /^[\x20-\x7e]*$/.test(header)) return decodeURIComponent(header ?? '');
  } catch {
    // Half an escape.
  }
  throw new Refusal('validation_failed', 'X-File-Name holds a name as encodeURIComponent writes it.');
}

/** RFC 6266: a name that every client reads, and the one that is meant. */
function dispositionOf(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}

async function* joined(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
