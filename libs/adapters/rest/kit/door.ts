import { Inject, Injectable, Optional } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain/kernel/refusal.js';
import { VerifyApiKey } from '#domain/workspace/application/verify-api-key.js';
import type { Caller } from '#domain/workspace/model/api-key.js';
import { allows } from '#domain/workspace/model/scopes.js';
import { type RateLimit, RateLimits, type RateVerdict } from '#ports/workspace/rate-limits.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { Lifecycle } from './lifecycle.js';
import { retryAfterSeconds } from './problem.js';
import { RestSettings } from './rest-settings.js';
import type { Access } from './route.js';

/** Longer than any key can be: `POSTHORN_API_KEY` is at most 256 characters. */
const MAX_AUTHORIZATION = 512;
/** A token may carry claims of its issuer's own. */
const LONGEST_USER_TOKEN = 4096 + 8;
/** The compact form of a JSON Web Token: its header is an object, which in base64url begins like this. */
const USER_TOKEN = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * What a request passes first. It runs as a hook of the server and not as a guard of the framework: a guard runs after
 * the body was read and parsed, so that anybody, with no key at all, could have us do that.
 */
@Injectable()
export class Door {
  readonly #verify: VerifyApiKey;
  readonly #limits: RateLimits;
  readonly #lifecycle: Lifecycle;
  readonly #settings: RestSettings;
  /** Only where there are paths for users. */
  readonly #userTokens: UserTokens | undefined;

  constructor(
    verify: VerifyApiKey,
    @Inject(RateLimits) limits: RateLimits,
    lifecycle: Lifecycle,
    @Inject(RestSettings) settings: RestSettings,
    @Optional() @Inject(UserTokens) userTokens?: UserTokens,
  ) {
    this.#verify = verify;
    this.#limits = limits;
    this.#lifecycle = lifecycle;
    this.#settings = settings;
    this.#userTokens = userTokens;
  }

  /** @throws Refusal `shutting_down`, `unauthenticated`, `rate_limited`, `forbidden` */
  async pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const access = accessOf(request);
    if (access.who === 'anybody' && !access.metered) return;
    if (this.#lifecycle.state !== 'serving') await this.#waitUntilServing(reply);
    if (access.who === 'anybody') return this.#meterAddress(request, reply);
    if (access.users && (await this.#passAsUser(request, reply))) return;
    const caller = await this.#authenticate(request, reply);
    await this.#meter(`key:${caller.keyId}`, this.#settings.perKey, reply);
    if (!allows(caller.scopes, access.scope)) {
      throw new Refusal('forbidden', `This needs a key with the scope ${access.scope}.`);
    }
    request.caller = caller;
  }

  /** Who connects in the moment between listening and being ready waits for it, rather than being turned away. */
  async #waitUntilServing(reply: FastifyReply): Promise<void> {
    await this.#lifecycle.started;
    if (this.#lifecycle.state !== 'draining') return;
    void reply.header('connection', 'close');
    throw new Refusal('shutting_down', 'The server is stopping; ask again.', { retryAfterMs: 1000 });
  }

  async #authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const token = bearerOf(request.headers.authorization);
    const remembered = token === undefined ? undefined : this.#verify.remembered(token);
    if (remembered) return remembered;
    // From here on it costs us a look into the storage: who guesses keys is slowed down before it, not after.
    await this.#meterAddress(request, reply);
    const caller = token === undefined ? undefined : await this.#verify.verify(token);
    if (!caller)
      throw new Refusal('unauthenticated', 'Send `Authorization: Bearer <API key>` with a valid key.');
    return caller;
  }

  /** A user with a token of theirs may what users may there; scopes are for keys. False: it is no such token. */
  async #passAsUser(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const token = bearerOf(request.headers.authorization, LONGEST_USER_TOKEN);
    if (!this.#userTokens || token === undefined || !USER_TOKEN.test(token)) return false;
    const verdict = await this.#userTokens.verify(token);
    if (verdict.kind === 'refused') {
      await this.#meterAddress(request, reply);
      throw new Refusal('unauthenticated', 'The token of the user is not valid (any more).');
    }
    const { workspaceId, userId } = verdict;
    await this.#meter(`user:${workspaceId}:${userId}`, this.#settings.perAddress, reply);
    request.tokenUser = { workspaceId, userId };
    return true;
  }

  #meterAddress(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.#meter(`address:${request.ip}`, this.#settings.perAddress, reply);
  }

  async #meter(bucket: string, limit: RateLimit, reply: FastifyReply): Promise<void> {
    const verdict = await this.#limits.take(bucket, limit);
    tell(reply, limit, verdict);
    if (!verdict.allowed) {
      throw new Refusal('rate_limited', `At most ${limit.burst} at once and ${limit.perSecond} a second.`, {
        retryAfterMs: verdict.retryAfterMs,
      });
    }
  }
}

/** A path that says nothing about access is open to nobody; the build refuses to describe one. */
function accessOf(request: FastifyRequest): Access {
  const access = request.routeOptions.config.access;
  if (access) return access;
  if (request.is404) return { who: 'anybody', metered: true };
  throw new Refusal('forbidden', 'Nobody may use this path.');
}

/** RFC 6750; the scheme in any case, as RFC 9110 has it. */
function bearerOf(header: string | undefined, longest = MAX_AUTHORIZATION): string | undefined {
  if (header === undefined || header.length > longest) return undefined;
  return /^bearer +(\S+)$/i.exec(header)?.[1];
}

/** Fields of draft-ietf-httpapi-ratelimit-headers: `q` quota, `w` its window, `r` remaining, `t` until it is full, in seconds. */
function tell(reply: FastifyReply, limit: RateLimit, { remaining, resetMs }: RateVerdict): void {
  const window = retryAfterSeconds((limit.burst / limit.perSecond) * 1000);
  void reply.header('ratelimit-policy', `"default";q=${limit.burst};w=${window}`);
  void reply.header('ratelimit', `"default";r=${remaining};t=${Math.ceil(resetMs / 1000)}`);
}
