/** A token bucket: at most `burst` requests at once, refilled at `perSecond`. Both above 0. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateVerdict {
  readonly allowed: boolean;
  /** Whole requests that would be allowed now. */
  readonly remaining: number;
  /** Milliseconds until one request is allowed; 0 if one is now. */
  readonly retryAfterMs: number;
  /** Milliseconds until the whole burst is available again. */
  readonly resetMs: number;
}

/**
 * Counts requests against a limit, per bucket.
 *
 * Guarantees: in any window of w seconds at most burst + perSecond * w requests of a bucket are allowed, per process
 * at least (a target whose processes share the count says so for all of them together). A refused request takes
 * nothing. `giveBack` undoes one that was taken, and never makes a bucket fuller than its burst. Buckets that are full again cost nothing; losing the counts (a restart) errs towards allowing.
 */
export interface RateLimits {
  take(bucket: string, limit: RateLimit): Promise<RateVerdict>;
  giveBack(bucket: string, limit: RateLimit): Promise<void>;
}
export const RateLimits = Symbol('RateLimits');
