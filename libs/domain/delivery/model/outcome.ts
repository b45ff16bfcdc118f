import type { Instant } from '#domain/kernel/brand.js';

/**
 * What became of one message in one provider call. The six kinds decide everything that follows; every vendor's
 * own words are translated into them by its adapter and nowhere else.
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  /** Not taken because we are too fast or over quota. Not a failure, spends no attempt. */
  | {
      readonly kind: 'throttled';
      readonly reason: string;
      /** The provider's own Retry-After, milliseconds. 0: not taken for a neighbour's sake, nothing is too fast. */
      readonly retryAfterMs?: number;
      /** A quota is used up: take nothing to this provider until then. */
      readonly parkUntil?: Instant;
      /** Only this recipient domain is being throttled (SMTP), not the account. */
      readonly domain?: string;
    }
  /** Surely not taken: the bytes never left, or the provider said so (503). Fail over now. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** Perhaps taken: the answer is lost (timeout or reset after the bytes left, 500/502/504). */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Our account or credentials: nothing will be taken until someone changes them. */
  | { readonly kind: 'misconfigured'; readonly reason: string }
  /** This recipient or this content will never be taken. */
  | { readonly kind: 'rejected'; readonly reason: string; readonly hardBounce?: boolean };

export type OutcomeKind = Outcome['kind'];
