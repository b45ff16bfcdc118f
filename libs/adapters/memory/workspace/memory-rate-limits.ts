import type { Clock } from '#ports/system/clock.js';
import type { RateLimit, RateLimits, RateVerdict } from '#ports/workspace/rate-limits.js';

/** Buckets kept. Beyond it the one unused for longest goes: an attacker with many addresses cannot fill our memory. */
const MOST_BUCKETS = 50_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Token buckets of this process. */
export class MemoryRateLimits implements RateLimits {
  readonly #clock: Clock;
  /** Least recently used first. */
  readonly #buckets = new Map<string, Bucket>();
  readonly #most: number;

  constructor(clock: Clock, most = MOST_BUCKETS) {
    this.#clock = clock;
    this.#most = most;
  }

  take(name: string, { perSecond, burst }: RateLimit): Promise<RateVerdict> {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(name) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    this.#keep(name, bucket);
    const msFor = (tokens: number): number =>
      Math.max(0, Math.ceil(((tokens - bucket.tokens) / perSecond) * 1000));
    return Promise.resolve({
      allowed,
      remaining: Math.floor(bucket.tokens),
      retryAfterMs: msFor(1),
      resetMs: msFor(burst),
    });
  }

  giveBack(name: string, { burst }: RateLimit): Promise<void> {
    const bucket = this.#buckets.get(name);
    // One that was dropped meanwhile is full.
    if (bucket) bucket.tokens = Math.min(burst, bucket.tokens + 1);
    return Promise.resolve();
  }

  #keep(name: string, bucket: Bucket): void {
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size <= this.#most) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
