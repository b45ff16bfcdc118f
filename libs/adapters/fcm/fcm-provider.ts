import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { ProviderCall, ProviderCapabilities, ProviderQuota } from '#ports/delivery/message-provider.js';
import type { PushMessage, PushProvider } from '#ports/delivery/push-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { tidied, words } from '#adapters/email-providers/words.js';
import { type HttpAnswer, HttpClient } from '#adapters/http/http-client.js';
import { type ApiRoot, apiRoot, parseJson, record } from '#adapters/http/json-api.js';
import { outcomeOfSilence, retryAfterMs } from '#adapters/http/outcome-of-answer.js';
import { type Access, AccessTokens } from './access-tokens.js';
import { classifyFcm, fcmRefusal } from './classify-fcm.js';
import { fcmRequest, MAX_PAYLOAD_BYTES, validationRequest } from './fcm-request.js';
import type { ServiceAccount } from './service-account.js';

export interface FcmSettings {
  readonly serviceAccount: ServiceAccount;
  /** Default `https://fcm.googleapis.com`. */
  readonly baseUrl?: string;
  readonly maxInFlight?: number;
}

const LOOKUP_TIMEOUT_MS = 10_000;

/** The message has not left: there was nothing to send it with before its time was up. */
const NO_TIME: Outcome = { kind: 'unavailable', reason: 'no access token in time' };

/** One try with one access token. */
interface Try {
  readonly outcome: Outcome;
  /** The token that was turned away at the door, and the message with it. */
  readonly stale?: string;
}

/**
 * Firebase Cloud Messaging, HTTP v1: `POST /v1/projects/{id}/messages:send`, one message a call.
 *
 * A call that is turned away for its access token is made once more with a new one. It stays one request to the
 * provider in the sense of the port: a 401 is said at the door, before anything reads the message.
 */
export class FcmProvider implements PushProvider {
  readonly name = 'fcm';
  readonly capabilities: ProviderCapabilities;
  readonly #http: HttpClient;
  readonly #tokens: AccessTokens;
  readonly #root: ApiRoot;
  readonly #projectId: string;
  readonly #clock: Clock;

  constructor(settings: FcmSettings, clock: Clock) {
    const maxInFlight = settings.maxInFlight ?? 32;
    this.capabilities = {
      maxBatch: 1,
      maxBatchedMessageBytes: MAX_PAYLOAD_BYTES,
      idempotencyKey: false,
      hostedTemplates: false,
      attachments: false,
      maxInFlight,
      rateUnit: 'messages',
    };
    this.#root = apiRoot(settings.baseUrl ?? 'https://fcm.googleapis.com');
    this.#projectId = settings.serviceAccount.projectId;
    this.#clock = clock;
    this.#http = new HttpClient(maxInFlight);
    this.#tokens = new AccessTokens(settings.serviceAccount, this.#http, clock);
  }

  send({ messages, timeoutMs }: ProviderCall<PushMessage>): Promise<readonly Outcome[]> {
    return Promise.all(
      messages.map((message): Outcome | Promise<Outcome> => {
        const request = fcmRequest(message, this.#clock.now());
        if ('body' in request) return this.#post(request.body, timeoutMs);
        return { kind: 'rejected', reason: words(request.refused) };
      }),
    );
  }

  /** FCM can't be asked: the quota of a project is per minute and shown in its console only. */
  quota(): Promise<ProviderQuota> {
    return Promise.resolve({});
  }

  async check(): Promise<{ ok: boolean; detail: string }> {
    const outcome = await this.#post(validationRequest(), LOOKUP_TIMEOUT_MS);
    return outcome.kind === 'accepted'
      ? { ok: true, detail: `The service account may send for project ${this.#projectId}.` }
      : { ok: false, detail: outcome.reason };
  }

  close(): void {
    this.#http.close();
  }

  async #post(body: string, timeoutMs: number): Promise<Outcome> {
    const until = this.#clock.monotonic() + timeoutMs;
    const first = await this.#try(body, until);
    if (first.stale === undefined) return first.outcome;
    this.#tokens.forget(first.stale);
    const second = await this.#try(body, until);
    return tidied(second.outcome, [first.stale]);
  }

  async #try(body: string, until: number): Promise<Try> {
    const access = await within(this.#tokens.current(), until - this.#clock.monotonic());
    if (access.kind === 'denied') return { outcome: access.outcome };
    const timeoutMs = Math.ceil(until - this.#clock.monotonic());
    if (timeoutMs <= 0) return { outcome: NO_TIME };
    const answer = await this.#http.send({
      method: 'POST',
      origin: this.#root.origin,
      path: `${this.#root.path}/v1/projects/${encodeURIComponent(this.#projectId)}/messages:send`,
      headers: {
        authorization: `Bearer ${access.token}`,
        'content-type': 'application/json',
        'user-agent': 'posthorn',
      },
      body,
      timeoutMs,
    });
    return this.#read(answer, access.token);
  }

  #read(answer: HttpAnswer, token: string): Try {
    if (answer.kind !== 'answered') return { outcome: tidied(outcomeOfSilence(answer), [token]) };
    if (answer.status === 200) return { outcome: outcomeOfName(record(parseJson(answer.body))['name']) };
    const wait = retryAfterMs(answer.headers, this.#clock.now());
    const refusal = fcmRefusal(answer.status, answer.body, wait);
    const outcome = tidied(classifyFcm(refusal), [token]);
    // A 401 with an error code is FCM's own, about Apple's or a browser's push service: no token of ours would help.
    const turnedAway = refusal.status === 401 && refusal.errorCode === undefined;
    return turnedAway ? { outcome, stale: token } : { outcome };
  }
}

function outcomeOfName(name: unknown): Outcome {
  if (typeof name === 'string' && name !== '') return { kind: 'accepted', providerMessageId: name };
  return { kind: 'unknown', reason: 'an answer without a message name' };
}

/** The token is fetched for every call that waits, so a call with less time than others leaves without ending it. */
async function within(access: Promise<Access>, ms: number): Promise<Access> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Access>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'denied', outcome: NO_TIME }), Math.max(0, ms));
  });
  const first = await Promise.race([access, late]);
  clearTimeout(timer);
  return first;
}
