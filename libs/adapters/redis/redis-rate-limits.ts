import type { Redis, Result } from 'ioredis';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { RateLimit, RateLimits, RateVerdict } from '#ports/workspace/rate-limits.js';
import { TOKEN_BUCKET } from './token-bucket.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    posthornTokenBucket(
      bucket: string,
      amount: number,
      perSecond: number,
      burst: number,
      now: string,
    ): Result<[allowed: number, tokens: string], Context>;
  }
}

/** A door does not wait longer for a count: it has its own. */
const PATIENCE_MS = 250;
/** For so long nothing is asked of a Redis that did not answer: not every request is to find out anew. */
const LEFT_ALONE_MS = 1_000;
const PREFIX = 'posthorn:rate:';

export interface RedisRateTools {
  /** Ours alone: it is made with `enableOfflineQueue: false`, so that what cannot be asked now fails now. */
  readonly redis: Redis;
  /** Those of this process, for while Redis is away. */
  readonly own: RateLimits;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Token buckets that all processes share: in any window at most burst + perSecond * w requests are allowed, by all of them
 * together. While Redis is away each process counts for itself, so a caller may get as many times the limit as there are
 * processes, and nobody is refused for our trouble. What was counted in Redis before is lost with it, towards allowing.
 */
export class RedisRateLimits implements RateLimits {
  readonly #its: RedisRateTools;
  readonly #now: () => string;
  #awayUntil = 0;
  #isAway = false;

  /** @param now microseconds, for tests that move time; otherwise it is that of Redis */
  constructor(its: RedisRateTools, now: () => string = () => '') {
    this.#its = its;
    this.#now = now;
    its.redis.defineCommand('posthornTokenBucket', { numberOfKeys: 1, lua: TOKEN_BUCKET });
  }

  async take(bucket: string, limit: RateLimit): Promise<RateVerdict> {
    // Both count: whoever used up their burst with Redis does not get another when it goes.
    const own = await this.#its.own.take(bucket, limit);
    const shared = await this.#step(bucket, 1, limit);
    if (!shared) return own;
    if (!shared.allowed && own.allowed) await this.#its.own.giveBack(bucket, limit);
    return shared;
  }

  async giveBack(bucket: string, limit: RateLimit): Promise<void> {
    await this.#its.own.giveBack(bucket, limit);
    await this.#step(bucket, -1, limit);
  }

  /** Undefined if Redis does not answer. */
  async #step(
    bucket: string,
    amount: 1 | -1,
    { perSecond, burst }: RateLimit,
  ): Promise<RateVerdict | undefined> {
    const { redis, clock } = this.#its;
    if (clock.monotonic() < this.#awayUntil) return undefined;
    try {
      const asked = redis.posthornTokenBucket(PREFIX + bucket, amount, perSecond, burst, this.#now());
      const [allowed, left] = await this.#inTime(asked);
      this.#noteBack();
      return verdictOf(allowed === 1, Number(left), { perSecond, burst });
    } catch (error) {
      this.#noteAway(error);
      return undefined;
    }
  }

  /** An answer that comes later was counted all the same: that errs towards refusing, by one. */
  async #inTime<T>(asked: Promise<T>): Promise<T> {
    let stop = (): void => {};
    const late = new Promise<never>((_, reject) => {
      stop = this.#its.clock.after(PATIENCE_MS, () =>
        reject(new Error(`no answer within ${PATIENCE_MS} ms`)),
      );
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      stop();
    }
  }

  #noteAway(error: unknown): void {
    this.#awayUntil = this.#its.clock.monotonic() + LEFT_ALONE_MS;
    if (!this.#isAway) this.#its.log.warn('redis.rate_limits_away', { error });
    this.#isAway = true;
  }

  #noteBack(): void {
    if (this.#isAway) this.#its.log.info('redis.rate_limits_back', {});
    this.#isAway = false;
  }
}

function verdictOf(allowed: boolean, tokens: number, { perSecond, burst }: RateLimit): RateVerdict {
  const msFor = (wanted: number): number => Math.max(0, Math.ceil(((wanted - tokens) / perSecond) * 1000));
  return { allowed, remaining: Math.floor(tokens), retryAfterMs: msFor(1), resetMs: msFor(burst) };
}
