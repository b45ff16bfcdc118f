import { Get, Header, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { CapturedMail } from '#ports/delivery/captured-mails.js';
import { Clock } from '#ports/system/clock.js';
import { RestController } from '../kit/rest-controller.js';
import { Public } from '../kit/route.js';
import { html } from '../docs/html.js';
import { OutboxAccess, type OutboxReader, type OutboxView } from './outbox-access.js';
import { partOf } from './outbox-mail.js';
import { outboxNotice, outboxPage } from './outbox-page.js';
import { OUTBOX_STYLE_HASH } from './outbox-style.js';
import { OutboxPageQuery } from './outbox.query.js';
import { ReadOutbox } from './read-outbox.js';

const HTML = 'text/html; charset=utf-8';
/** No script, nothing from elsewhere; frames hold our own answers only. */
const PAGE_POLICY = `default-src 'none'; style-src ${OUTBOX_STYLE_HASH}; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
/** Holds for a mail opened alone too, where there is no frame to hold it. */
const MAIL_POLICY = `sandbox; default-src 'none'; img-src * data:; style-src 'unsafe-inline'; frame-ancestors 'self'`;

/**
 * The outbox: what the provider `capture` was given, to be looked at in a browser. `@Public()` because a browser has no
 * way to send a key of itself; who may look is decided by `OutboxAccess`.
 */
@RestController('outbox')
export class OutboxController {
  readonly #access: OutboxAccess;
  readonly #outbox: ReadOutbox;
  readonly #clock: Clock;

  constructor(access: OutboxAccess, outbox: ReadOutbox, @Inject(Clock) clock: Clock) {
    this.#access = access;
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /** A page that lists captured mails, the newest first. */
  @Get()
  @Public()
  @Header('content-type', HTML)
  @Header('content-security-policy', PAGE_POLICY)
  async list(
    @Query() query: OutboxPageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const view = await this.#access.of(request);
    if (view.sees === 'nothing') return keyPage(view, request, reply);
    return this.#page(view, query, undefined);
  }

  /** The same page with one mail open. */
  @Get(':id')
  @Public()
  @Header('content-type', HTML)
  @Header('content-security-policy', PAGE_POLICY)
  async open(
    @Param('id') id: string,
    @Query() query: OutboxPageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const view = await this.#access.of(request);
    if (view.sees === 'nothing') return keyPage(view, request, reply);
    const mail = await this.#outbox.find(view, id);
    if (mail) return this.#page(view, query, mail);
    void reply.code(404);
    return outboxNotice(
      'No such mail',
      html`It never was, or newer mails have taken its place.`,
      html`<a class="button" href="/outbox">All mails</a>`,
    );
  }

  /** The HTML part of one mail, as its recipient would have got it, with everything in it that runs switched off. */
  @Get(':id/html')
  @Public()
  @Header('content-type', HTML)
  @Header('content-security-policy', MAIL_POLICY)
  @Header('x-frame-options', 'SAMEORIGIN')
  async part(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const view = await this.#access.of(request);
    if (view.sees === 'nothing') return keyPage(view, request, reply);
    const mail = await this.#outbox.find(view, id);
    if (mail?.html === undefined) throw notFound('mail');
    return mail.html;
  }

  async #page(
    reader: OutboxReader,
    query: OutboxPageQuery,
    chosen: CapturedMail | undefined,
  ): Promise<string> {
    const place = { to: query.to?.trim() || undefined, after: query.after };
    const page = await this.#outbox.page(reader, place);
    const [first] = page.data;
    // Where there is room for both, the list comes with its first mail open.
    const mail = chosen ?? (first && (await this.#outbox.find(reader, first.id)));
    const part = mail ? partOf(mail, query.part) : 'headers';
    return outboxPage({ place, page, mail, part, chosen: chosen !== undefined, now: this.#clock.now() });
  }
}

/** For a person a page and a prompt for the key, for a program the problem that any other path would answer. */
function keyPage(
  view: OutboxView & { sees: 'nothing' },
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  if (!request.headers.accept?.includes('text/html')) {
    if (view.because === 'no-right') throw new Refusal('forbidden', 'This needs a key with the scope admin.');
    throw new Refusal('unauthenticated', 'Send `Authorization: Bearer <API key>` with a valid key.');
  }
  void reply.code(401).header('www-authenticate', 'Basic realm="Posthorn outbox", charset="UTF-8"');
  return outboxNotice(
    'The outbox is locked',
    html`Here it is open to the owner of the API key only. Reload, leave the user name empty, and give the
    owner key as the password.`,
    html`Without a key it opens on the server’s own machine, where the server listens on
      <code>localhost</code> alone, or to everybody where the configuration says so.`,
  );
}
