import type { Instant } from '#domain/kernel/brand.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';

/** A message that names a parcel. `receipt` is of this receiving: the next has another. */
export interface LaneSignal {
  readonly parcel: string;
  readonly receipt: string;
}

/**
 * Queues that say where to look: each message names a parcel, and the parcel's own item says whether there is anything to do. So a
 * message may come twice, late, out of order or never: what was not signalled is found in the index of what is due.
 */
export interface LaneSignals {
  /** Each is received no earlier than it is due, as far as the queue can wait; who gets it earlier hides it again. */
  send(
    lane: Lane,
    parcels: readonly { readonly id: string; readonly dueAt: Instant }[],
    now: Instant,
  ): Promise<void>;
  /** Waits for the first of them, as long as the queue lets anybody wait. Hidden from others for `hideMs`. */
  receive(lane: Lane, most: number, hideMs: number): Promise<readonly LaneSignal[]>;
  hide(lane: Lane, signals: readonly LaneSignal[], ms: number): Promise<void>;
  forget(lane: Lane, signals: readonly LaneSignal[]): Promise<void>;
}
