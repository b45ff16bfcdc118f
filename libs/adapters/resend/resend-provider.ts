import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { EmailProvider, EmailCall } from '#ports/delivery/email-provider.js';
import type { ProviderCapabilities, ProviderQuota } from '#ports/delivery/message-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { tidied, words } from '#adapters/email-providers/words.js';
import { BodyBuffers } from '#adapters/http/body-buffers.js';
import { header, HttpClient, type HttpAnswer } from '#adapters/http/http-client.js';
import { outcomeOfSilence, retryAfterMs } from '#adapters/http/outcome-of-answer.js';
import { RateLimitSeen } from '#adapters/http/rate-limit-seen.js';
import { apiRoot, type ApiRoot, parseJson, record, saidIn } from '#adapters/http/json-api.js';
import { classifyResend } from './classify-resend.js';
import { batchRequest, singleRequest } from './resend-request.js';

export interface ResendSettings {
  readonly apiKey: string;
  /** Default `https://api.resend.com`. */
  readonly baseUrl?: string;
  readonly maxInFlight?: number;
}

const LOOKUP_TIMEOUT_MS = 10_000;

/** Resend: `POST /emails` for one message, `POST /emails/batch` for several. */
export class ResendProvider implements EmailProvider {
  readonly name = 'resend';
  readonly capabilities: ProviderCapabilities;
  readonly #http: HttpClient;
  readonly #root: ApiRoot;
  readonly #apiKey: string;
  readonly #clock: Clock;
  readonly #rate = new RateLimitSeen();
  readonly #buffers: BodyBuffers;

  constructor(settings: ResendSettings, clock: Clock) {
    const maxInFlight = settings.maxInFlight ?? 16;
    this.capabilities = {
      maxBatch: 100,
      // 40 MB a message is Resend's own limit; a call of 100 should stay well under it as a whole.
      maxBatchedMessageBytes: 200_000,
      idempotencyKey: true,
      hostedTemplates: false,
      attachments: true,
      maxInFlight,
      rateUnit: 'calls',
    };
    this.#root = apiRoot(settings.baseUrl ?? 'https://api.resend.com');
    this.#apiKey = settings.apiKey;
    this.#clock = clock;
    this.#http = new HttpClient(maxInFlight);
    this.#buffers = new BodyBuffers(maxInFlight);
  }

  async send({ key, messages, timeoutMs }: EmailCall): Promise<readonly Outcome[]> {
    const [message] = messages;
    if (!message) return [];
    const alone = messages.length === 1;
    const body = alone ? singleRequest(message, this.#buffers) : batchRequest(messages, this.#buffers);
    const answer = await this.#http.send({
      method: 'POST',
      origin: this.#root.origin,
      path: `${this.#root.path}/emails${alone ? '' : '/batch'}`,
      headers: {
        ...this.#headers(),
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(alone ? {} : { 'x-batch-validation': 'permissive' }),
      },
      body,
      timeoutMs,
    });
    if (answer.kind === 'answered' && answer.status === 200) this.#buffers.giveBack(body);
    return this.#outcomes(answer, messages.length).map((outcome) => tidied(outcome, [this.#apiKey]));
  }

  /** Resend can't be asked; it tells with every answer. */
  quota(): Promise<ProviderQuota> {
    const { perSecond } = this.#rate;
    return Promise.resolve(perSecond === undefined ? {} : { perSecond });
  }

  async check(): Promise<{ ok: boolean; detail: string }> {
    const answer = await this.#http.send({
      method: 'GET',
      origin: this.#root.origin,
      path: `${this.#root.path}/domains`,
      headers: this.#headers(),
      timeoutMs: LOOKUP_TIMEOUT_MS,
    });
    if (answer.kind !== 'answered') return { ok: false, detail: words(answer.reason) };
    const body = record(parseJson(answer.body));
    if (answer.status === 200) return domainsWords(body);
    // A key that may only send is the one to have; it proves itself by being refused for what it asked, not for itself.
    if (body['name'] === 'restricted_api_key')
      return { ok: true, detail: 'The key may send, and nothing else.' };
    const detail = `HTTP ${answer.status}: ${saidIn(body['message'])}`;
    return { ok: false, detail: words(detail, [this.#apiKey]) };
  }

  close(): void {
    this.#http.close();
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#apiKey}`, 'user-agent': 'posthorn' };
  }

  #outcomes(answer: HttpAnswer, count: number): readonly Outcome[] {
    if (answer.kind !== 'answered') return Array<Outcome>(count).fill(outcomeOfSilence(answer));
    const { status, headers } = answer;
    this.#rate.observe(header(headers, 'ratelimit-limit'), Number(header(headers, 'ratelimit-reset')));
    const body = record(parseJson(answer.body));
    if (status === 200) return count === 1 ? [outcomeOfId(body['id'])] : batchOutcomes(body, count);
    const { name, message } = body;
    const refusal = {
      status,
      name: typeof name === 'string' ? name : undefined,
      message: saidIn(message),
      retryAfterMs: retryAfterMs(headers, this.#clock.now()),
    };
    return Array<Outcome>(count).fill(classifyResend(refusal, count === 1, this.#clock.now()));
  }
}

/**
 * `data` holds the ids of the messages that were taken, in their order; `errors` names the others by their index. If
 * the two do not add up to the call, there is no telling which id belongs to whom.
 */
function batchOutcomes(body: Record<string, unknown>, count: number): readonly Outcome[] {
  const errors = new Map<number, string>();
  for (const error of arrayOf(body['errors'])) {
    const { index, message } = record(error);
    if (typeof index === 'number') errors.set(index, saidIn(message));
  }
  const ids = arrayOf(body['data']);
  if (ids.length + errors.size !== count) {
    return Array<Outcome>(count).fill({
      kind: 'unknown',
      reason: `an answer with ${ids.length} ids for ${count} messages`,
    });
  }
  let taken = 0;
  return Array.from({ length: count }, (_, index): Outcome => {
    const reason = errors.get(index);
    return reason === undefined ? outcomeOfId(record(ids[taken++])['id']) : { kind: 'rejected', reason };
  });
}

function outcomeOfId(id: unknown): Outcome {
  if (typeof id === 'string' && id !== '') return { kind: 'accepted', providerMessageId: id };
  return { kind: 'unknown', reason: 'an answer without a message id' };
}

function domainsWords(body: Record<string, unknown>): { ok: boolean; detail: string } {
  const verified = arrayOf(body['data'])
    .map(record)
    .filter(({ status }) => status === 'verified')
    .map(({ name }) => saidIn(name));
  if (verified.length === 0)
    return { ok: false, detail: 'The key works, but no domain is verified for sending.' };
  return { ok: true, detail: words(`Verified domains: ${verified.join(', ')}.`) };
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
