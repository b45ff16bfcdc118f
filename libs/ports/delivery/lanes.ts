import type { Instant } from '#domain/kernel/brand.js';
import type { Ordinals } from '#domain/delivery/model/ordinals.js';
import type { DispatchId, Lane } from '#domain/delivery/model/dispatch.js';
import type { LoadedParcel } from './loaded-parcel.js';

/**
 * A parcel of work in one worker's hands: up to 1,000 members of one dispatch. The fence rises with every claim of
 * the parcel; the ledger refuses whoever comes with an older one.
 */
export interface Claim {
  readonly parcel: string;
  readonly fence: number;
  readonly lane: Lane;
  readonly dispatchId: DispatchId;
  readonly members: Ordinals;
  /** How often this parcel has been claimed, this time included. */
  readonly receives: number;
  /** Members that find no provider until then are dead. */
  readonly giveUpAt: Instant;
}

export interface Claimed {
  readonly claims: readonly Claim[];
  readonly nextDueAt: Instant | undefined;
  /** By parcel, for as many of the claims as the adapter likes. */
  readonly loaded?: Readonly<Record<string, LoadedParcel>>;
}

/** Members to put back, not to be claimed before `dueAt`. */
export interface Leftover {
  readonly members: Ordinals;
  readonly dueAt: Instant;
  /** Carried over when a parcel is split to find the message that kills its worker. */
  readonly receives?: number;
}

export interface LaneDepth {
  readonly lane: Lane;
  /** Members waiting or claimed. */
  readonly depth: number;
  /** How long the longest-waiting due parcel has been due, milliseconds. */
  readonly oldestAgeMs: number;
}

/**
 * The queues. They only say where to look: the ledger is the truth.
 *
 * Guarantees: a parcel that was put in is claimed at least once, perhaps twice or by two workers (hence the fence),
 * in no promised order, not before it is due; members of a halted dispatch may come too, the ledger refuses them.
 * What is `loaded` with a claim is what {@link Ledger.load} would have answered right after it: a code is spared the asking.
 * A claim hides its parcel for the lease; if it is neither extended nor finished, it comes again with `receives` one
 * higher. `finish` removes the parcel and puts the leftovers back: no leftover is lost if the process dies in
 * the middle (the whole parcel then comes again). `putBack` returns the parcel whole, its open intents with it, not to
 * be claimed before `dueAt`, and this claim is not counted among its `receives`. The claim is stale from then on. A
 * stale claim's `finish`, `putBack` or `extend` does nothing; a parcel with an open intent cannot be finished, that is an error.
 * `claim` and `depths` may lag: a parcel may be found some moments after it was put in or became due, and `nextDueAt` may know nothing
 * of it yet. So may what a dispatch's `control` brings forth on the lanes.
 * `onWork` is a hint that work may have come, and may be missed: ask again by the time `nextDueAt` says.
 */
export interface Lanes {
  claim(lane: Lane, max: number, leaseMs: number, now: Instant): Promise<Claimed>;
  extend(claims: readonly Claim[], leaseMs: number, now: Instant): Promise<void>;
  finish(claim: Claim, leftovers: readonly Leftover[], now: Instant): Promise<void>;
  putBack(claim: Claim, dueAt: Instant, now: Instant): Promise<void>;
  depths(now: Instant): Promise<readonly LaneDepth[]>;
  onWork(wake: () => void): () => void;
}
export const Lanes = Symbol('Lanes');
