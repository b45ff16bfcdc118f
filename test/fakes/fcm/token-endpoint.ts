import { createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import type { FakeClock } from '../kit/clock.js';
import { jsonAnswer, type Answer, type HttpCall } from '../kit/http-call.js';
import type { ServiceAccountFile } from './service-account-file.js';

export const TOKEN_PATH = '/token';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const HOUR_S = 3600;
/** How far ahead of ours the clock of a caller may be. */
const SKEW_S = 60;

/** What the token endpoint offers to a test. */
export interface FakeTokens {
  /** Times it was asked, whatever it said. */
  readonly requests: number;
  readonly issued: number;
  /** The token issued last. */
  readonly latest: string | undefined;
  /** No token issued so far is good any longer, whatever was said when it was issued. */
  revokeAll(): void;
  /** From now on it answers so; undefined: as it should. */
  answerWith(script: ((call: HttpCall) => Answer) | undefined): void;
}

/** Google's OAuth token endpoint, for the one grant that service accounts use (RFC 7523). */
export class TokenEndpoint implements FakeTokens {
  readonly #clock: FakeClock;
  readonly #seconds: number;
  readonly #expiries = new Map<string, number>();
  #account: ServiceAccountFile | undefined;
  #publicKey: KeyObject | undefined;
  #script: ((call: HttpCall) => Answer) | undefined;
  requests = 0;
  issued = 0;
  latest: string | undefined;

  /** @param seconds that a token is good for */
  constructor(clock: FakeClock, seconds: number) {
    this.#clock = clock;
    this.#seconds = seconds;
  }

  /** Whose assertions it takes. Its own address is part of that, so it is known once the server listens. */
  open(account: ServiceAccountFile): void {
    this.#account = account;
    this.#publicKey = createPublicKey(account.private_key);
  }

  revokeAll(): void {
    this.#expiries.clear();
  }

  answerWith(script: ((call: HttpCall) => Answer) | undefined): void {
    this.#script = script;
  }

  /** Whether an `Authorization` header carries a token that is good now. */
  admits(authorization: string | undefined): boolean {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
    return this.#clock.now() < (this.#expiries.get(token) ?? 0);
  }

  answer(call: HttpCall): Answer {
    this.requests += 1;
    if (this.#script) return this.#script(call);
    if (!/^application\/x-www-form-urlencoded\b/.test(call.header('content-type') ?? '')) {
      return oauthError('invalid_request', 'The request must be a form.');
    }
    const form = new URLSearchParams(call.body.toString('utf8'));
    if (form.get('grant_type') !== GRANT) {
      return oauthError('unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type') ?? ''}`);
    }
    return this.#refusalOf(form.get('assertion') ?? '') ?? this.#issue();
  }

  #issue(): Answer {
    const token = `ya29.${randomBytes(48).toString('base64url')}`;
    this.#expiries.set(token, this.#clock.now() + this.#seconds * 1000);
    this.issued += 1;
    this.latest = token;
    return jsonAnswer(200, { access_token: token, expires_in: this.#seconds, token_type: 'Bearer' });
  }

  #refusalOf(assertion: string): Answer | undefined {
    const [head = '', body = '', signature = '', more] = assertion.split('.');
    if (more !== undefined || decoded(head)['alg'] !== 'RS256') {
      return oauthError('invalid_grant', 'Bad Request');
    }
    const claims = decoded(body);
    const account = this.#account;
    if (!account || claims['iss'] !== account.client_email) {
      return oauthError('invalid_grant', 'Invalid grant: account not found');
    }
    const signed = Buffer.from(`${head}.${body}`);
    if (
      !this.#publicKey ||
      !verify('RSA-SHA256', signed, this.#publicKey, Buffer.from(signature, 'base64url'))
    ) {
      return oauthError('invalid_grant', 'Invalid JWT Signature.');
    }
    if (claims['aud'] !== account.token_uri) {
      return oauthError('invalid_grant', 'Invalid JWT: Failed audience check.');
    }
    if (!this.#isTimely(claims['iat'], claims['exp'])) {
      const words =
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.';
      return oauthError('invalid_grant', words);
    }
    return claims['scope'] === SCOPE
      ? undefined
      : oauthError('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  }

  #isTimely(iat: unknown, exp: unknown): boolean {
    if (typeof iat !== 'number' || typeof exp !== 'number') return false;
    const now = this.#clock.now() / 1000;
    return iat <= now + SKEW_S && exp > now && exp > iat && exp - iat <= HOUR_S;
  }
}

export function oauthError(error: string, words: string, status = 400): Answer {
  return { ...jsonAnswer(status, { error, error_description: words }), error };
}

function decoded(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
