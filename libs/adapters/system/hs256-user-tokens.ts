import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { parseUserId } from '#domain/kernel/user-id.js';
import type { Clock } from '#ports/system/clock.js';
import {
  LONGEST_TOKEN_MS,
  type MintedToken,
  type TokenFault,
  type TokenUser,
  type TokenVerdict,
  type UserTokens,
} from '#ports/workspace/user-tokens.js';

export interface Hs256Settings {
  /** RFC 7518 asks for at least 32 bytes. */
  readonly key: Uint8Array;
  readonly audience: string;
}

type Json = Readonly<Record<string, unknown>>;

/** base64url(header).base64url(claims).base64url(32 bytes of HMAC) */
const TOKEN = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;
/** Characters. Ours have 250; claims of others' own may stand beside those we read. */
const LONGEST = 4096;
const HEADER = encoded({ alg: 'HS256', typ: 'JWT' });
/** How far the clocks of two machines may be apart. */
const CLOCK_SKEW_MS = 60_000;
const WORKSPACE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * JSON Web Tokens signed with HMAC-SHA256. Claims: `sub` (the user), `workspace` (`wsp` for short), `aud`, `exp`, and
 * `iat`, `nbf` if they are there.
 */
export class Hs256UserTokens implements UserTokens {
  /** Made once: a crowd that comes back shows a token each. */
  readonly #key: KeyObject;
  readonly #audience: string;
  readonly #clock: Clock;

  constructor({ key, audience }: Hs256Settings, clock: Clock) {
    if (key.length === 0) throw new Error('The key of user tokens is empty.');
    this.#key = createSecretKey(key);
    this.#audience = audience;
    this.#clock = clock;
  }

  mint({ workspaceId, userId }: TokenUser, forMs: number): Promise<MintedToken> {
    const iat = Math.floor(this.#clock.now() / 1000);
    const until = this.#clock.now() + Math.min(forMs, LONGEST_TOKEN_MS);
    // Rounded up, but never past the longest that one may live.
    const exp = Math.min(Math.ceil(until / 1000), iat + LONGEST_TOKEN_MS / 1000);
    const claims = { sub: userId, workspace: workspaceId, aud: this.#audience, iat, exp };
    const signed = `${HEADER}.${encoded(claims)}`;
    return Promise.resolve({ token: `${signed}.${this.#mac(signed)}`, expiresAt: exp * 1000 });
  }

  verify(token: string): Promise<TokenVerdict> {
    const verdict = this.#judge(token);
    return Promise.resolve(typeof verdict === 'string' ? { kind: 'refused', reason: verdict } : verdict);
  }

  #judge(token: string): TokenVerdict | TokenFault {
    const [, header, payload, mac] = (token.length <= LONGEST && TOKEN.exec(token)) || [];
    if (header === undefined || payload === undefined || mac === undefined) {
      // `alg: none` has no signature; naming it helps whoever forgot to sign.
      return algorithmOf(token.slice(0, LONGEST)) === 'none' ? 'wrong_algorithm' : 'malformed';
    }
    const { alg, crit } = decoded(header) ?? {};
    if (alg !== 'HS256') return alg === undefined ? 'malformed' : 'wrong_algorithm';
    // RFC 7515, 4.1.11: whoever does not understand an extension that is critical refuses the token.
    if (crit !== undefined) return 'malformed';
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(this.#mac(`${header}.${payload}`)))) return 'forged';
    const claims = decoded(payload);
    return claims ? this.#judgeClaims(claims) : 'malformed';
  }

  #judgeClaims({ sub, workspace, wsp, aud, exp, iat, nbf }: Json): TokenVerdict | TokenFault {
    const now = this.#clock.now();
    if (!(Array.isArray(aud) ? aud : [aud]).includes(this.#audience)) return 'wrong_audience';
    if (!isTime(exp) || ![iat, nbf].every((at) => at === undefined || isTime(at))) return 'malformed';
    const expiresAt = exp * 1000;
    if (now >= expiresAt) return 'expired';
    const issuedAt = isTime(iat) ? iat * 1000 : now;
    const validFrom = isTime(nbf) ? Math.max(nbf * 1000, issuedAt) : issuedAt;
    if (validFrom > now + CLOCK_SKEW_MS) return 'not_yet_valid';
    if (expiresAt - issuedAt > LONGEST_TOKEN_MS) return 'lives_too_long';
    const userId = typeof sub === 'string' ? parseUserId(sub) : undefined;
    const workspaceId = workspace ?? wsp;
    if (userId === undefined || typeof workspaceId !== 'string' || !WORKSPACE_ID.test(workspaceId))
      return 'malformed';
    // Two names of one claim that say different things: whichever we took, somebody meant the other.
    if (wsp !== undefined && wsp !== workspaceId) return 'malformed';
    return { kind: 'user', workspaceId: workspaceId as WorkspaceId, userId, expiresAt };
  }

  #mac(signed: string): string {
    return createHmac('sha256', this.#key).update(signed).digest('base64url');
  }
}

function algorithmOf(token: string): unknown {
  return decoded(token.split('.', 1)[0] ?? '')?.['alg'];
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(part: string): Json | undefined {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
