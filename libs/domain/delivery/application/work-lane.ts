import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { Claim, Lanes } from '#ports/delivery/lanes.js';
import type { LoadedParcel } from '#ports/delivery/loaded-parcel.js';
import type { Clock } from '#ports/system/clock.js';

export interface LaneSettings {
  /** Parcels in hand at once. */
  readonly parcels: number;
  readonly leaseMs: number;
}

export const defaultLaneSettings: Readonly<Record<Lane, LaneSettings>> = {
  critical: { parcels: 64, leaseMs: 30_000 },
  standard: { parcels: 32, leaseMs: 60_000 },
  bulk: { parcels: 4, leaseMs: 60_000 },
};

export interface LaneReport {
  readonly onError: (error: unknown, claim: Claim | undefined) => void;
}

/** Takes one claimed parcel to its end. `loaded` if it came with the claim. */
export type DeliverParcel = (
  claim: Claim,
  stopping: () => boolean,
  loaded: LoadedParcel | undefined,
) => Promise<void>;

/** Storage troubles are waited out this long before the lane looks again. */
const PAUSE_AFTER_ERROR_MS = 1_000;
/** A hint that work has come may be missed: look at least this often. */
const LOOK_EVERY_MS = 5_000;

/**
 * The worker of one lane: claims parcels, keeps their leases while they are worked on, and claims more as hands
 * become free. Every lane has its own, so a full bulk lane takes nothing from the others.
 */
export class LaneWorker {
  readonly lane: Lane;
  readonly #lanes: Lanes;
  readonly #clock: Clock;
  readonly #settings: LaneSettings;
  readonly #deliver: DeliverParcel;
  readonly #report: LaneReport;
  readonly #inHand = new Map<Claim, Promise<void>>();
  #stopping = false;
  #wake: () => void = () => {};

  constructor(
    lane: Lane,
    settings: LaneSettings,
    deliver: DeliverParcel,
    tools: { readonly lanes: Lanes; readonly clock: Clock },
    report: LaneReport,
  ) {
    this.lane = lane;
    this.#settings = settings;
    this.#deliver = deliver;
    this.#lanes = tools.lanes;
    this.#clock = tools.clock;
    this.#report = report;
  }

  /** Works until `stop`; resolves when the last parcel is out of hand. */
  async run(): Promise<void> {
    const unsubscribe = this.#lanes.onWork(() => this.#wake());
    const stopExtending = this.#keepLeases();
    while (!this.#stopping) await this.#round();
    unsubscribe();
    await Promise.allSettled(this.#inHand.values());
    stopExtending();
  }

  /** Starts no further call; calls under way are finished, the rest is put back. */
  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  get inHand(): number {
    return this.#inHand.size;
  }

  async #round(): Promise<void> {
    // Made before asking, so that work which comes while we ask is not slept through.
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const free = this.#settings.parcels - this.#inHand.size;
    let sleepMs = LOOK_EVERY_MS;
    if (free > 0) {
      try {
        const now = this.#clock.now();
        const { leaseMs } = this.#settings;
        const { claims, nextDueAt, loaded } = await this.#lanes.claim(this.lane, free, leaseMs, now);
        for (const claim of claims) this.#take(claim, loaded?.[claim.parcel]);
        if (claims.length === free) return;
        if (nextDueAt !== undefined) sleepMs = Math.min(LOOK_EVERY_MS, Math.max(5, nextDueAt - now));
      } catch (error) {
        this.#report.onError(error, undefined);
        sleepMs = PAUSE_AFTER_ERROR_MS;
      }
    }
    if (this.#stopping) return;
    const cancel = this.#clock.after(sleepMs, () => this.#wake());
    await woken;
    cancel();
  }

  #take(claim: Claim, loaded: LoadedParcel | undefined): void {
    const work = this.#deliver(claim, () => this.#stopping, loaded)
      // Its lease will lapse and the parcel come again; nothing is lost.
      .catch((error: unknown) => this.#report.onError(error, claim))
      .finally(() => {
        // While a hand is free everything that is due has been claimed, and what comes is heard of.
        const wasFull = this.#inHand.size >= this.#settings.parcels;
        this.#inHand.delete(claim);
        if (wasFull) this.#wake();
      });
    this.#inHand.set(claim, work);
  }

  #keepLeases(): () => void {
    let cancel = (): void => {};
    let stopped = false;
    const beat = (): void => {
      cancel = this.#clock.after(this.#settings.leaseMs / 3, () => {
        if (this.#inHand.size === 0) return beat();
        this.#lanes
          .extend([...this.#inHand.keys()], this.#settings.leaseMs, this.#clock.now())
          .catch((error: unknown) => this.#report.onError(error, undefined))
          .finally(() => (stopped ? undefined : beat()));
      });
    };
    beat();
    return () => {
      stopped = true;
      cancel();
    };
  }
}
