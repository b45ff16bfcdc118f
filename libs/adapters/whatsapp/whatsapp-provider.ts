import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { ProviderCall, ProviderCapabilities, ProviderQuota } from '#ports/delivery/message-provider.js';
import type { WhatsAppMessage, WhatsAppProvider } from '#ports/delivery/whatsapp-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { tidied, words } from '#adapters/email-providers/words.js';
import { HttpClient, type HttpAnswer } from '#adapters/http/http-client.js';
import { apiRoot, parseJson, record } from '#adapters/http/json-api.js';
import { outcomeOfSilence, retryAfterMs } from '#adapters/http/outcome-of-answer.js';
import { classifyWhatsApp } from './classify-whatsapp.js';
import { readGraphError, textOf, wordsOf } from './graph-error.js';
import { whatsAppRequest } from './whatsapp-request.js';

export interface WhatsAppSettings {
  readonly token: string;
  /** Meta's id of the number that messages come from; not the number. */
  readonly phoneNumberId: string;
  /** Default `https://graph.facebook.com`. */
  readonly baseUrl?: string;
  /** Of the Graph API, default `v23.0`. */
  readonly version?: string;
  readonly maxInFlight?: number;
}

const LOOKUP_TIMEOUT_MS = 10_000;
/** Messages a second by the number's `throughput.level`. */
const LEVELS: ReadonlyMap<unknown, number> = new Map([
  ['STANDARD', 80],
  ['HIGH', 1000],
]);

/** WhatsApp's Cloud API: `POST /{version}/{phone number id}/messages`, one message a call. */
export class WhatsAppCloudProvider implements WhatsAppProvider {
  readonly name = 'whatsapp';
  readonly capabilities: ProviderCapabilities;
  readonly #http: HttpClient;
  readonly #origin: string;
  /** Of the number's own resource. */
  readonly #path: string;
  readonly #token: string;
  readonly #clock: Clock;

  constructor(settings: WhatsAppSettings, clock: Clock) {
    const { token, phoneNumberId, baseUrl, version = 'v23.0', maxInFlight = 32 } = settings;
    this.capabilities = {
      maxBatch: 1,
      maxBatchedMessageBytes: 0,
      idempotencyKey: false,
      hostedTemplates: true,
      attachments: false,
      maxInFlight,
      rateUnit: 'messages',
    };
    const { origin, path } = apiRoot(baseUrl ?? 'https://graph.facebook.com');
    this.#origin = origin;
    this.#path = `${path}/${encodeURIComponent(version)}/${encodeURIComponent(phoneNumberId)}`;
    this.#token = token;
    this.#clock = clock;
    this.#http = new HttpClient(maxInFlight);
  }

  async send({ messages, timeoutMs }: ProviderCall<WhatsAppMessage>): Promise<readonly Outcome[]> {
    const [message] = messages;
    if (!message) return [];
    const answer = await this.#http.send({
      method: 'POST',
      origin: this.#origin,
      path: `${this.#path}/messages`,
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      body: JSON.stringify(whatsAppRequest(message)),
      timeoutMs,
    });
    return [tidied(this.#outcome(answer, message.to), [this.#token])];
  }

  /** The number's level of throughput. How many people it may write to in a day is not told as a number left. */
  async quota(): Promise<ProviderQuota> {
    const answer = await this.#look('throughput');
    if (answer.kind !== 'answered' || answer.status !== 200) return {};
    const { throughput } = record(parseJson(answer.body));
    const perSecond = LEVELS.get(record(throughput)['level']);
    return perSecond === undefined ? {} : { perSecond };
  }

  async check(): Promise<{ ok: boolean; detail: string }> {
    const answer = await this.#look('verified_name,display_phone_number,quality_rating');
    if (answer.kind !== 'answered') return { ok: false, detail: words(answer.reason, [this.#token]) };
    const body = record(parseJson(answer.body));
    if (answer.status !== 200) {
      const said = wordsOf(readGraphError(body['error']));
      return { ok: false, detail: words(`HTTP ${answer.status}: ${said}`, [this.#token]) };
    }
    const number = textOf(body['display_phone_number']);
    if (number === '') return { ok: false, detail: 'The answer names no number.' };
    const name = textOf(body['verified_name']);
    const quality = textOf(body['quality_rating']) || 'unknown';
    return { ok: true, detail: words(`Sends as ${name} (${number}), quality ${quality}.`, [this.#token]) };
  }

  close(): void {
    this.#http.close();
  }

  #look(fields: string): Promise<HttpAnswer> {
    return this.#http.send({
      method: 'GET',
      origin: this.#origin,
      path: `${this.#path}?fields=${fields}`,
      headers: this.#headers(),
      timeoutMs: LOOKUP_TIMEOUT_MS,
    });
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}`, 'user-agent': 'posthorn' };
  }

  #outcome(answer: HttpAnswer, to: string): Outcome {
    if (answer.kind !== 'answered') return outcomeOfSilence(answer);
    const { status, headers } = answer;
    const body = record(parseJson(answer.body));
    if (status === 200) return outcomeOfId(body['messages']);
    const now = this.#clock.now();
    const error = readGraphError(body['error']);
    return classifyWhatsApp({ status, error, retryAfterMs: retryAfterMs(headers, now) }, to, now);
  }
}

/** An id is all that says "taken"; `held_for_quality_assessment` beside it ends in a status called back, as any does. */
function outcomeOfId(messages: unknown): Outcome {
  const id = textOf(record(Array.isArray(messages) ? messages[0] : undefined)['id']);
  if (id === '') return { kind: 'unknown', reason: 'an answer without a message id' };
  return { kind: 'accepted', providerMessageId: id };
}
