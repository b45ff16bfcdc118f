import type { Instant } from '#domain/kernel/brand.js';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import { sizeOf } from '#domain/delivery/model/ordinals.js';
import type { Claim, LaneDepth, Lanes, Leftover } from '#ports/delivery/lanes.js';
import type { MemoryDeliveryBackbone, Parcel } from './memory-delivery-backbone.js';

export class MemoryLanes implements Lanes {
  readonly #backbone: MemoryDeliveryBackbone;

  constructor(backbone: MemoryDeliveryBackbone) {
    this.#backbone = backbone;
  }

  async claim(
    lane: Lane,
    max: number,
    leaseMs: number,
    now: Instant,
  ): Promise<{ claims: readonly Claim[]; nextDueAt: Instant | undefined }> {
    const parcels = this.#parcels(lane).filter(({ state }) => state.control !== 'halted');
    const longestWaitingFirst = parcels.sort((a, b) => visibleAt(a) - visibleAt(b));
    const claims = longestWaitingFirst
      .filter((parcel) => visibleAt(parcel) <= now)
      .slice(0, max)
      .map((parcel) => {
        parcel.fence += 1;
        parcel.receives += 1;
        parcel.leasedUntil = now + leaseMs;
        return claimOf(parcel);
      });
    const next = Math.min(...parcels.map(visibleAt));
    return { claims, nextDueAt: next === Infinity ? undefined : next };
  }

  async extend(claims: readonly Claim[], leaseMs: number, now: Instant): Promise<void> {
    for (const claim of claims) {
      const parcel = this.#backbone.heldBy(claim);
      if (parcel) parcel.leasedUntil = now + leaseMs;
    }
  }

  async finish(claim: Claim, leftovers: readonly Leftover[]): Promise<void> {
    const parcel = this.#backbone.heldBy(claim);
    if (!parcel) return;
    // Nobody would ever load this parcel again, so what is in doubt would be forgotten.
    if (parcel.intents.size > 0)
      throw new Error('A parcel with an open intent cannot be finished: settle it first.');
    this.#backbone.parcels.delete(parcel.id);
    for (const { members, dueAt, receives } of leftovers) {
      if (members.length === 0) continue;
      this.#backbone.putOnLane({ state: parcel.state, giveUpAt: parcel.giveUpAt, members, dueAt, receives });
    }
    if (leftovers.length > 0) this.#backbone.wake();
  }

  async putBack(claim: Claim, dueAt: Instant): Promise<void> {
    const parcel = this.#backbone.heldBy(claim);
    if (!parcel) return;
    parcel.leasedUntil = undefined;
    parcel.dueAt = dueAt;
    parcel.fence += 1;
    parcel.receives -= 1;
    this.#backbone.wake();
  }

  async depths(now: Instant): Promise<readonly LaneDepth[]> {
    return lanes.map((lane) => {
      const parcels = this.#parcels(lane);
      const waiting = parcels.filter(({ leasedUntil, dueAt }) => leasedUntil === undefined && dueAt <= now);
      return {
        lane,
        depth: parcels.reduce((sum, { members }) => sum + sizeOf(members), 0),
        oldestAgeMs: Math.max(0, ...waiting.map(({ dueAt }) => now - dueAt)),
      };
    });
  }

  onWork(wake: () => void): () => void {
    return this.#backbone.onWork(wake);
  }

  #parcels(lane: Lane): Parcel[] {
    return [...this.#backbone.parcels.values()].filter((parcel) => parcel.lane === lane);
  }
}

/** From when on the parcel can be claimed. What is left of a cancelled dispatch is there to be discarded at once. */
function visibleAt({ leasedUntil, dueAt, state }: Parcel): Instant {
  if (leasedUntil !== undefined) return leasedUntil;
  return state.control === 'cancelled' ? -Infinity : dueAt;
}

function claimOf({ id, fence, lane, state, members, receives, giveUpAt }: Parcel): Claim {
  return { parcel: id, fence, lane, dispatchId: state.dispatch.id, members, receives, giveUpAt };
}
