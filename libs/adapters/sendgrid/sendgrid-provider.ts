import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { EmailMessage, EmailProvider, EmailCall } from '#ports/delivery/email-provider.js';
import type { ProviderCapabilities, ProviderQuota } from '#ports/delivery/message-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { sendAlike } from '#adapters/email-providers/alike.js';
import { tidied, words } from '#adapters/email-providers/words.js';
import { BodyBuffers } from '#adapters/http/body-buffers.js';
import { header, HttpClient, type HttpAnswer } from '#adapters/http/http-client.js';
import { apiRoot, type ApiRoot, parseJson, record, saidIn } from '#adapters/http/json-api.js';
import { outcomeOfSilence, retryAfterMs } from '#adapters/http/outcome-of-answer.js';
import { RateLimitSeen } from '#adapters/http/rate-limit-seen.js';
import { classifySendGrid, type SendGridError } from './classify-sendgrid.js';
import { batchRequest, MAX_SUBSTITUTION_BYTES, singleRequest } from './sendgrid-request.js';

export interface SendGridSettings {
  readonly apiKey: string;
  /** Default `https://api.sendgrid.com`; `https://api.eu.sendgrid.com` for regional subusers. */
  readonly baseUrl?: string;
  readonly maxInFlight?: number;
}

const LOOKUP_TIMEOUT_MS = 10_000;
/** What the keys of a message's substitutions take up, when there is one for each of its parts. */
const KEY_BYTES = 200;

/** SendGrid: `POST /v3/mail/send`, one personalization for each message. */
export class SendGridProvider implements EmailProvider {
  readonly name = 'sendgrid';
  readonly capabilities: ProviderCapabilities;
  readonly #http: HttpClient;
  readonly #root: ApiRoot;
  readonly #apiKey: string;
  readonly #clock: Clock;
  readonly #rate = new RateLimitSeen();
  readonly #buffers: BodyBuffers;

  constructor(settings: SendGridSettings, clock: Clock) {
    const maxInFlight = settings.maxInFlight ?? 16;
    this.capabilities = {
      maxBatch: 1000,
      maxBatchedMessageBytes: MAX_SUBSTITUTION_BYTES - KEY_BYTES,
      idempotencyKey: false,
      hostedTemplates: false,
      attachments: true,
      maxInFlight,
      rateUnit: 'calls',
    };
    this.#root = apiRoot(settings.baseUrl ?? 'https://api.sendgrid.com');
    this.#apiKey = settings.apiKey;
    this.#clock = clock;
    this.#http = new HttpClient(maxInFlight);
    this.#buffers = new BodyBuffers(maxInFlight);
  }

  async send(call: EmailCall): Promise<readonly Outcome[]> {
    const outcomes = await sendAlike(call.messages, (alike) => this.#sendAlike(alike, call));
    return outcomes.map((outcome) => tidied(outcome, [this.#apiKey]));
  }

  /** SendGrid can't be asked; it tells with its answers. */
  quota(): Promise<ProviderQuota> {
    const { perSecond } = this.#rate;
    return Promise.resolve(perSecond === undefined ? {} : { perSecond });
  }

  async check(): Promise<{ ok: boolean; detail: string }> {
    const answer = await this.#http.send({
      method: 'GET',
      origin: this.#root.origin,
      path: `${this.#root.path}/v3/scopes`,
      headers: this.#headers(),
      timeoutMs: LOOKUP_TIMEOUT_MS,
    });
    if (answer.kind !== 'answered') return { ok: false, detail: words(answer.reason) };
    const body = parseJson(answer.body);
    if (answer.status !== 200) {
      const [error] = errorsOf(body);
      return { ok: false, detail: words(`HTTP ${answer.status}: ${error?.message ?? ''}`, [this.#apiKey]) };
    }
    const { scopes } = record(body);
    const maySend = Array.isArray(scopes) && scopes.includes('mail.send');
    return maySend
      ? { ok: true, detail: 'The key may send mail.' }
      : { ok: false, detail: 'The key works, but may not send mail: it lacks the scope mail.send.' };
  }

  close(): void {
    this.#http.close();
  }

  async #sendAlike(
    messages: readonly EmailMessage[],
    { key, timeoutMs }: EmailCall,
  ): Promise<readonly Outcome[]> {
    const [message] = messages;
    if (!message) return [];
    const body =
      messages.length === 1
        ? singleRequest(message, this.#buffers)
        : batchRequest(messages, key, this.#buffers);
    const answer = await this.#http.send({
      method: 'POST',
      origin: this.#root.origin,
      path: `${this.#root.path}/v3/mail/send`,
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      body,
      timeoutMs,
    });
    if (answer.kind === 'answered' && answer.status === 202) this.#buffers.giveBack(body);
    return this.#outcomes(answer, messages.length);
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#apiKey}`, 'user-agent': 'posthorn' };
  }

  #outcomes(answer: HttpAnswer, count: number): readonly Outcome[] {
    if (answer.kind !== 'answered') return Array<Outcome>(count).fill(outcomeOfSilence(answer));
    const { status, headers } = answer;
    const now = this.#clock.now();
    // Seconds since the epoch, where others count the seconds to go.
    const resetAt = Number(header(headers, 'x-ratelimit-reset')) * 1000;
    this.#rate.observe(header(headers, 'x-ratelimit-limit'), (resetAt - now) / 1000);
    if (status === 202) return acceptances(header(headers, 'x-message-id'), count);
    const untilReset = Number.isFinite(resetAt) ? Math.max(0, resetAt - now) : undefined;
    const errors = errorsOf(parseJson(answer.body));
    return classifySendGrid(
      { status, errors, retryAfterMs: retryAfterMs(headers, now) ?? untilReset },
      count,
      now,
    );
  }
}

/**
 * SendGrid gives one id for the whole call. Its events carry our delivery id, so the id is for an operator who looks
 * the call up there; the index keeps it unique.
 */
function acceptances(messageId: string | undefined, count: number): readonly Outcome[] {
  if (!messageId)
    return Array<Outcome>(count).fill({ kind: 'unknown', reason: 'a 202 without a message id' });
  return Array.from({ length: count }, (_, index) => ({
    kind: 'accepted',
    providerMessageId: count === 1 ? messageId : `${messageId}.${index}`,
  }));
}

function errorsOf(body: unknown): readonly SendGridError[] {
  const { errors } = record(body);
  if (!Array.isArray(errors)) return [];
  return errors.map(record).map(({ message, field }) => ({
    message: saidIn(message),
    field: typeof field === 'string' ? field : null,
  }));
}
