import type { Lane } from '#domain/delivery/model/dispatch.js';

/** A queue and its workers, this moment. */
export class LaneView {
  lane!: Lane;
  /** Messages waiting or being worked on. */
  depth!: number;
  /** How long the longest-waiting of those that are due has been due, in milliseconds. */
  oldestAgeMs!: number;
  /** Parcels in the workers' hands, of up to 1,000 messages each. */
  inFlight!: number;
  /** Messages that providers accepted a second, over the last ten. */
  ratePerSecond!: number;
}
