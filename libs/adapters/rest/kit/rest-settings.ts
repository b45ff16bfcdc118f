import type { RateLimit } from '#ports/workspace/rate-limits.js';

/** What an operator may set about the door. */
export interface RestSettings {
  /** Largest body that is read into memory, in bytes, after decompression. Streams are not bound by it. */
  readonly bodyLimitBytes: number;
  /** Milliseconds a client has to send such a body. */
  readonly bodyTimeoutMs: number;
  /** Milliseconds a connection may be silent. */
  readonly idleTimeoutMs: number;
  /** Per API key. */
  readonly perKey: RateLimit;
  /** Per address, for whatever is asked without a valid key. */
  readonly perAddress: RateLimit;
  /** Addresses (CIDR) whose `X-Forwarded-For` is believed. Nobody's by default. */
  readonly trustedProxies: readonly string[];
  readonly idempotency: {
    /** Milliseconds after which a request whose process fell silent may be taken over. */
    readonly leaseMs: number;
    /** Milliseconds for which an answer is kept at least. */
    readonly keepMs: number;
  };
}
export const RestSettings = Symbol('RestSettings');

export const DEFAULT_REST_SETTINGS: RestSettings = {
  bodyLimitBytes: 1_048_576,
  bodyTimeoutMs: 30_000,
  idleTimeoutMs: 60_000,
  perKey: { perSecond: 5000, burst: 10_000 },
  perAddress: { perSecond: 200, burst: 2000 },
  trustedProxies: [],
  idempotency: { leaseMs: 30_000, keepMs: 24 * 3_600_000 },
};
