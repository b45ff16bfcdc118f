import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { ProviderCall, ProviderCapabilities, ProviderQuota } from '#ports/delivery/message-provider.js';
import type { SmsMessage, SmsProvider } from '#ports/delivery/sms-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { tidied, words } from '#adapters/email-providers/words.js';
import { HttpClient, type HttpAnswer } from '#adapters/http/http-client.js';
import { apiRoot, type ApiRoot, parseJson, record, saidIn } from '#adapters/http/json-api.js';
import { outcomeOfSilence, retryAfterMs } from '#adapters/http/outcome-of-answer.js';
import { classifyFailedMessage, classifyTwilio } from './classify-twilio.js';
import { messageForm, type MessageTerms } from './twilio-request.js';

export interface TwilioSettings extends MessageTerms {
  readonly accountSid: string;
  readonly authToken: string;
  /** Default `https://api.twilio.com`. */
  readonly baseUrl?: string;
  readonly maxInFlight?: number;
}

const LOOKUP_TIMEOUT_MS = 10_000;
const MESSAGE_SID = /^[A-Z]{2}[0-9a-f]{32}$/i;

/** Text messages by Twilio: `POST /2010-04-01/Accounts/{Sid}/Messages.json`, one message a call. */
export class TwilioProvider implements SmsProvider {
  readonly name = 'twilio';
  readonly capabilities: ProviderCapabilities;
  readonly #http: HttpClient;
  readonly #root: ApiRoot;
  readonly #account: string;
  readonly #authorization: string;
  readonly #secrets: readonly string[];
  readonly #terms: MessageTerms;
  readonly #clock: Clock;

  constructor(settings: TwilioSettings, clock: Clock) {
    const { accountSid, authToken, baseUrl = 'https://api.twilio.com', maxInFlight = 16 } = settings;
    this.capabilities = {
      maxBatch: 1,
      maxBatchedMessageBytes: 0,
      idempotencyKey: false,
      hostedTemplates: false,
      attachments: false,
      maxInFlight,
      rateUnit: 'messages',
    };
    const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
    this.#root = apiRoot(baseUrl);
    this.#account = `${this.#root.path}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`;
    this.#authorization = `Basic ${credentials}`;
    this.#secrets = [authToken, credentials];
    this.#terms = settings;
    this.#clock = clock;
    this.#http = new HttpClient(maxInFlight);
  }

  async send({ messages, timeoutMs }: ProviderCall<SmsMessage>): Promise<readonly Outcome[]> {
    const [message] = messages;
    if (!message) return [];
    const answer = await this.#http.send({
      method: 'POST',
      origin: this.#root.origin,
      path: `${this.#account}/Messages.json`,
      headers: { ...this.#headers(), 'content-type': 'application/x-www-form-urlencoded' },
      body: messageForm(message, this.#terms),
      timeoutMs,
    });
    return [tidied(this.#outcome(answer), this.#secrets)];
  }

  /** Twilio neither tells its rate nor can it be asked. */
  quota(): Promise<ProviderQuota> {
    return Promise.resolve({});
  }

  async check(): Promise<{ ok: boolean; detail: string }> {
    const answer = await this.#http.send({
      method: 'GET',
      origin: this.#root.origin,
      path: `${this.#account}.json`,
      headers: this.#headers(),
      timeoutMs: LOOKUP_TIMEOUT_MS,
    });
    if (answer.kind !== 'answered') return { ok: false, detail: words(answer.reason, this.#secrets) };
    const { status, friendly_name: name, message } = record(parseJson(answer.body));
    const detail =
      answer.status === 200
        ? `The account "${saidIn(name)}" is ${saidIn(status)}.`
        : `HTTP ${answer.status}: ${saidIn(message)}`;
    return { ok: answer.status === 200 && status === 'active', detail: words(detail, this.#secrets) };
  }

  close(): void {
    this.#http.close();
  }

  #headers(): Record<string, string> {
    return { authorization: this.#authorization, 'user-agent': 'posthorn', accept: 'application/json' };
  }

  #outcome(answer: HttpAnswer): Outcome {
    if (answer.kind !== 'answered') return outcomeOfSilence(answer);
    const { status, headers } = answer;
    const now = this.#clock.now();
    const body = record(parseJson(answer.body));
    if (status === 200 || status === 201) return outcomeOfMessage(body, now);
    const { code, message } = body;
    const refusal = { status, code: codeOf(code), message: saidIn(message) };
    return classifyTwilio({ ...refusal, retryAfterMs: retryAfterMs(headers, now) }, now);
  }
}

function outcomeOfMessage(body: Record<string, unknown>, now: number): Outcome {
  const { sid, status, error_code: code, error_message: message } = body;
  if (typeof sid !== 'string' || !MESSAGE_SID.test(sid))
    return { kind: 'unknown', reason: 'an answer without a message sid' };
  if (status === 'failed' || status === 'undelivered')
    return classifyFailedMessage(codeOf(code), saidIn(message), now);
  return { kind: 'accepted', providerMessageId: sid };
}

/** Twilio's numbers come as such in one place and as text in another. */
function codeOf(value: unknown): number | undefined {
  const code = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof code === 'number' && Number.isSafeInteger(code) ? code : undefined;
}
