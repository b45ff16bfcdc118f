import { sign } from 'node:crypto';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { Instant } from '#domain/kernel/brand.js';
import type { Clock } from '#ports/system/clock.js';
import { tidied } from '#adapters/email-providers/words.js';
import type { HttpAnswer, HttpClient } from '#adapters/http/http-client.js';
import { parseJson, record } from '#adapters/http/json-api.js';
import { outcomeOfStatus, retryAfterMs } from '#adapters/http/outcome-of-answer.js';
import type { ServiceAccount } from './service-account.js';

export type Access =
  | { readonly kind: 'granted'; readonly token: string }
  /** No token, so no message has left. What that means for the one that was to be sent. */
  | { readonly kind: 'denied'; readonly outcome: Outcome };

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const HOUR_S = 3600;
/** A token that runs out on the way would be refused there, so it is replaced this much earlier. */
const EARLY_S = 60;
const TIMEOUT_MS = 10_000;

/**
 * The access token of a service account (RFC 7523): asked for when there is none, kept until a minute before it runs
 * out. However many calls wait for one, a single request for it is under way. Never throws.
 */
export class AccessTokens {
  readonly #account: ServiceAccount;
  readonly #endpoint: URL;
  readonly #http: HttpClient;
  readonly #clock: Clock;
  #held: { readonly token: string; readonly usableUntil: number } | undefined;
  #underWay: Promise<Access> | undefined;

  constructor(account: ServiceAccount, http: HttpClient, clock: Clock) {
    this.#account = account;
    this.#endpoint = new URL(account.tokenUri);
    this.#http = http;
    this.#clock = clock;
  }

  current(): Promise<Access> {
    const held = this.#held;
    if (held && this.#clock.monotonic() < held.usableUntil)
      return Promise.resolve({ kind: 'granted', token: held.token });
    this.#underWay ??= this.#fetch().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /**
   * This one was turned away. Only it is forgotten: of a hundred calls that were turned away together, the last may
   * come when the first has a new one already, and must not have that one replaced as well.
   */
  forget(token: string): void {
    if (this.#held?.token === token) this.#held = undefined;
  }

  async #fetch(): Promise<Access> {
    const assertion = signedAssertion(this.#account, this.#clock.now());
    // From before the request: the token can't have been given out earlier.
    const asked = this.#clock.monotonic();
    const answer = await this.#http.send({
      method: 'POST',
      origin: this.#endpoint.origin,
      path: this.#endpoint.pathname + this.#endpoint.search,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'posthorn' },
      body: new URLSearchParams({ grant_type: GRANT, assertion }).toString(),
      timeoutMs: TIMEOUT_MS,
    });
    const granted = grantOf(answer);
    if (!granted) {
      const outcome = tidied(outcomeOfDenial(answer, this.#clock.now()), [assertion]);
      return { kind: 'denied', outcome };
    }
    this.#held = {
      token: granted.token,
      usableUntil: asked + Math.max(0, granted.seconds - EARLY_S) * 1000,
    };
    return { kind: 'granted', token: granted.token };
  }
}

function signedAssertion(account: ServiceAccount, now: Instant): string {
  const iat = Math.floor(now / 1000);
  const { privateKeyId: kid, clientEmail: iss, tokenUri: aud } = account;
  const head = { alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) };
  const claims = { iss, scope: SCOPE, aud, iat, exp: iat + HOUR_S };
  const signed = [head, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), account.privateKey).toString('base64url')}`;
}

function grantOf(answer: HttpAnswer): { token: string; seconds: number } | undefined {
  if (answer.kind !== 'answered' || answer.status !== 200) return undefined;
  const { access_token: token, expires_in: seconds } = record(parseJson(answer.body));
  // Anything but visible ASCII could not stand in a header.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return undefined;
  return { token, seconds: typeof seconds === 'number' ? seconds : HOUR_S };
}

/** Whatever was lost here, the message was not: a silence leaves it `unavailable`, never `unknown`. */
function outcomeOfDenial(answer: HttpAnswer, now: Instant): Outcome {
  if (answer.kind !== 'answered') return { kind: 'unavailable', reason: `no access token: ${answer.reason}` };
  const { status } = answer;
  const { error, error_description: described } = record(parseJson(answer.body));
  if (typeof error !== 'string') {
    const reason = `no access token: HTTP ${status}`;
    const outcome = outcomeOfStatus(status, reason, retryAfterMs(answer.headers, now));
    return outcome.kind === 'unknown' ? { kind: 'unavailable', reason } : outcome;
  }
  const reason = `no access token: ${error}: ${typeof described === 'string' ? described : ''}`;
  // By RFC 6749, section 5.2, all of these are about us: `invalid_grant` is a key that was withdrawn, an account that
  // was deleted, or our clock being wrong.
  const ours = status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (ours) return { kind: 'misconfigured', reason };
  const outcome = outcomeOfStatus(status, reason, retryAfterMs(answer.headers, now));
  return outcome.kind === 'unknown' ? { kind: 'unavailable', reason } : outcome;
}
