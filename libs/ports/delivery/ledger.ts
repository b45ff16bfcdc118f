import type { Instant } from '#domain/kernel/brand.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import type { Claim } from './lanes.js';
import type { LoadedParcel } from './loaded-parcel.js';

export interface NewIntent {
  readonly claim: Claim;
  readonly key: string;
  readonly provider: string;
  readonly ordinals: readonly number[];
  /** Members that cannot be sent at all (they don't render): failed in the same step. */
  readonly unsendable: readonly { readonly ordinal: number; readonly reason: string }[];
  readonly now: Instant;
}

export type IntentAnswer =
  /** Send to all of `ordinals` but the `refused` ones (suppressed, or no longer pending). */
  | { readonly kind: 'opened'; readonly refused: readonly number[] }
  /** Nobody is left to send to; no intent was made. */
  | { readonly kind: 'empty' }
  /** Nothing was intended. With `expired` the asked ones have been struck off in the same step. */
  | { readonly kind: 'halted' | 'cancelled' | 'expired' }
  /** Somebody else holds the parcel now: drop everything. */
  | { readonly kind: 'stale' };

/**
 * May the call of an open intent be made once more? `later` while its dispatch is halted; `never` when the dispatch is
 * cancelled or expired or one of the members is suppressed by now: if the first call was lost on its way, the second
 * would be a send. `stale`: the claim or the intent is gone.
 */
export type MayRepeat = 'now' | 'later' | 'never' | 'stale';

export interface Settlement {
  readonly claim: Claim;
  readonly key: string;
  readonly provider: string;
  readonly verdicts: readonly { readonly ordinal: number; readonly verdict: Verdict }[];
  readonly now: Instant;
}

/** Recipients that a dispatch may be opened with in one step. */
export const WHOLE_AT_MOST = 20;

/**
 * The ledger: one row for every outgoing message, and the truth about it.
 *
 * Guarantees
 * - `accept`: an address is a member of a dispatch once (a unique constraint, not a look-up). When it resolves, every
 *   recipient has a row and every pending row has work on the lane; a page may be accepted again after any failure.
 *   All of a page need not become visible at one instant.
 * - `openWhole` opens a dispatch with all that it will ever have and seals it, in one atomic step; `WHOLE_AT_MOST` recipients at most
 *   (on DynamoDB: one TransactWriteItems). Doing it again changes nothing. Of one that was cancelled, be it before it was
 *   opened, nobody is accepted.
 * - `openIntent` is durable before it resolves, and is refused in the same atomic step in which it would have been made if the
 *   dispatch is halted, cancelled or expired, the claim is stale, or the member is suppressed or no longer pending.
 *   So no send starts after a pause, cancel, unsubscribe or suppression has committed.
 * - `mayRepeat` answers by every pause, cancel, expiry and suppression that committed before it was asked.
 * - `settle` is accepted only from the holder of the parcel's claim and only once per intent: a worker that was thought dead
 *   cannot overwrite what its successor wrote. Rows, counters, suppressions (hard bounces) and events change together:
 *   each hard bounce has its `address.gone`, whether the address was suppressed before or not.
 * - Whatever was intended and not settled is in `orphans` of the parcel's next `load`: nothing in doubt is forgotten.
 * - `discard` moves members that were never sent to `cancelled`, `expired` or `dead`.
 * Each holds per call; two calls may be ordered either way.
 */
export interface Ledger {
  accept(
    dispatchId: DispatchId,
    recipients: readonly Recipient[],
    now: Instant,
  ): Promise<{ readonly added: number }>;
  openWhole(
    dispatch: Dispatch,
    recipients: readonly Recipient[],
    now: Instant,
  ): Promise<{ readonly added: number }>;
  load(claim: Claim): Promise<LoadedParcel | undefined>;
  openIntent(intent: NewIntent): Promise<IntentAnswer>;
  mayRepeat(claim: Claim, key: string, now: Instant): Promise<MayRepeat>;
  settle(settlement: Settlement): Promise<'settled' | 'stale'>;
  discard(
    claim: Claim,
    ordinals: readonly number[],
    to: 'cancelled' | 'expired' | 'dead',
    reason: string,
    now: Instant,
  ): Promise<void>;
}
export const Ledger = Symbol('Ledger');
