import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { EmailMessage, EmailProvider, EmailCall } from '#ports/delivery/email-provider.js';
import type { ProviderCapabilities, ProviderQuota } from '#ports/delivery/message-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { domainOf } from '#adapters/email-providers/mailbox.js';
import { tidied, words } from '#adapters/email-providers/words.js';
import { classifySmtp } from './classify-smtp.js';
import { type MimeMessage, mimeMessage } from './mime-message.js';
import type { Sent } from './smtp-session.js';
import { SmtpSessions } from './smtp-sessions.js';
import { readSmtpUrl, type SmtpServer } from './smtp-url.js';

export interface SmtpSettings {
  /** `smtp://user:pass@host:port` or `smtps://…`, see {@link readSmtpUrl}. */
  readonly url: string;
  /** Connections at once. */
  readonly maxInFlight?: number;
}

const LOOKUP_TIMEOUT_MS = 10_000;

/** Any SMTP server: a relay, a submission service, a mail trap. One transaction a message, one recipient each. */
export class SmtpProvider implements EmailProvider {
  readonly name = 'smtp';
  readonly capabilities: ProviderCapabilities;
  readonly #server: SmtpServer;
  readonly #sessions: SmtpSessions;
  readonly #clock: Clock;

  constructor(settings: SmtpSettings, clock: Clock) {
    const maxInFlight = settings.maxInFlight ?? 16;
    this.capabilities = {
      maxBatch: 1,
      maxBatchedMessageBytes: 0,
      idempotencyKey: false,
      hostedTemplates: false,
      attachments: true,
      maxInFlight,
      rateUnit: 'messages',
    };
    this.#server = readSmtpUrl(settings.url);
    this.#sessions = new SmtpSessions(this.#server, maxInFlight);
    this.#clock = clock;
  }

  async send({ messages, timeoutMs }: EmailCall): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const message of messages)
      outcomes.push(tidied(await this.#sendOne(message, timeoutMs), this.#secrets()));
    return outcomes;
  }

  quota(): Promise<ProviderQuota> {
    return Promise.resolve({});
  }

  async check(): Promise<{ ok: boolean; detail: string }> {
    const opened = await this.#sessions.take(LOOKUP_TIMEOUT_MS);
    if ('session' in opened) {
      void this.#sessions.release(opened.session);
      return { ok: true, detail: this.#server.login ? 'The server takes the login.' : 'The server answers.' };
    }
    const { reply, reason } = opened.failure;
    return { ok: false, detail: words(reply ?? reason, this.#secrets()) };
  }

  close(): void {
    this.#sessions.close();
  }

  async #sendOne(message: EmailMessage, timeoutMs: number): Promise<Outcome> {
    const deadline = performance.now() + timeoutMs;
    let mime: MimeMessage;
    try {
      mime = await mimeMessage(message, this.#clock.now());
    } catch (error) {
      return { kind: 'rejected', reason: error instanceof Error ? error.message : String(error) };
    }
    const sent = await this.#transact(mime, deadline);
    if (sent.ok) return { kind: 'accepted', providerMessageId: sent.messageId ?? mime.messageId };
    return classifySmtp(sent.failure, domainOf(mime.to), this.#clock.now());
  }

  async #transact(mime: MimeMessage, deadline: number): Promise<Sent> {
    const left = () => Math.max(1, Math.ceil(deadline - performance.now()));
    let opened = await this.#sessions.take(left());
    for (;;) {
      if (!('session' in opened)) return { ok: false, failure: opened.failure };
      const { session, fresh } = opened;
      const sent = await session.send(mime, left());
      // The server hung up on an idle connection, and we learn it now: there was no transaction, not even a MAIL FROM
      // that anyone read. A fresh connection is not a second attempt.
      const stale =
        !sent.ok &&
        !fresh &&
        !session.alive &&
        sent.failure.reply === undefined &&
        sent.failure.stage === 'mail';
      if (!stale || deadline <= performance.now()) {
        void this.#sessions.release(session);
        return sent;
      }
      opened = await this.#sessions.replace(left());
    }
  }

  #secrets(): readonly (string | undefined)[] {
    const { login } = this.#server;
    // Servers that echo what they were sent echo it as it was sent: AUTH PLAIN and LOGIN send base64.
    return login
      ? [
          login.pass,
          Buffer.from(login.pass).toString('base64'),
          Buffer.from(`\0${login.user}\0${login.pass}`).toString('base64'),
        ]
      : [];
  }
}
