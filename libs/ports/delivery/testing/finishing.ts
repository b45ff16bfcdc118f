import { describe, expect, it } from '@jest/globals';
import type { Claim } from '../lanes.js';
import { aDispatch, type DeliveryStores, LEASE, recipients, START } from './delivery-stores.js';
import { allAtOnce, claimAll, claimOne, ordinalsOf, pendingIn, takeUp } from './worker.js';

/** The part of the Lanes contract about `finish` and what is put back. */
export function describeFinishing(stores: () => DeliveryStores): void {
  const later = START + 100 * LEASE;
  const work = async (count: number) => takeUp(stores(), await aDispatch().openedIn(stores()), count);
  const members = (claims: readonly Claim[]): number[] => claims.flatMap(ordinalsOf).sort((a, b) => a - b);

  describe('finishing', () => {
    it('takes the parcel off the lane for good', async () => {
      const { claim } = await work(3);
      await stores().lanes.finish(claim, [], START);
      expect(await claimAll(stores(), later)).toEqual([]);
      expect(await stores().ledger.load(claim)).toBeUndefined();
    });

    it('puts leftovers back, no earlier than they are due', async () => {
      const { claim, dispatch } = await work(10);
      await stores().lanes.finish(
        claim,
        [
          {
            members: [
              [2, 4],
              [7, 7],
            ],
            dueAt: START + 5000,
          },
        ],
        START,
      );
      expect(await claimAll(stores(), START + 4999)).toEqual([]);
      const again = await claimOne(stores(), START + 5000);
      expect(again).toMatchObject({ lane: 'bulk', dispatchId: dispatch.id, giveUpAt: dispatch.giveUpAt });
      expect(again.members).toEqual([
        [2, 4],
        [7, 7],
      ]);
      expect(await pendingIn(stores(), again)).toEqual([2, 3, 4, 7]);
    });

    it('puts several leftovers back, each at its own time', async () => {
      const { claim } = await work(10);
      const leftovers = [
        { members: [[0, 4]] as const, dueAt: START },
        { members: [[5, 6]] as const, dueAt: START + 1000 },
        { members: [[8, 9]] as const, dueAt: START + 2000 },
      ];
      await stores().lanes.finish(claim, leftovers, START);
      expect(members(await claimAll(stores(), START))).toEqual([0, 1, 2, 3, 4]);
      expect(members(await claimAll(stores(), START + 1000))).toEqual([5, 6]);
      expect(members(await claimAll(stores(), START + 2000))).toEqual([8, 9]);
    });

    it('counts the receives of a leftover anew', async () => {
      const { claim } = await work(2);
      await stores().lanes.finish(claim, [{ members: [[0, 1]], dueAt: START }], START);
      expect((await claimOne(stores(), START)).receives).toBe(1);
    });

    it('carries the receives over when they are given, so that poison is found by splitting', async () => {
      await work(4);
      const third = await claimOne(stores(), START + LEASE).then(() => claimOne(stores(), START + 2 * LEASE));
      expect(third.receives).toBe(3);
      const now = START + 2 * LEASE;
      const halves = [[[0, 1]], [[2, 3]]] as const;
      await stores().lanes.finish(
        third,
        halves.map((half) => ({ members: half, dueAt: now, receives: third.receives })),
        now,
      );
      const claims = await claimAll(stores(), now);
      expect(claims.map(({ receives }) => receives)).toEqual([4, 4]);
      expect(members(claims)).toEqual([0, 1, 2, 3]);
    });

    it('does nothing for whoever held the parcel before', async () => {
      const { claim, ordinals } = await work(3);
      const successor = await claimOne(stores(), START + LEASE);
      await stores().lanes.finish(claim, [{ members: [[0, 2]], dueAt: START }], START + LEASE);
      expect(await claimAll(stores(), START + LEASE)).toEqual([]);
      expect(await pendingIn(stores(), successor)).toEqual(ordinals);
      expect((await claimOne(stores(), START + 2 * LEASE)).parcel).toBe(successor.parcel);
    });

    it('puts leftovers back once, however often it is asked', async () => {
      const { claim } = await work(3);
      await allAtOnce(10, () => stores().lanes.finish(claim, [{ members: [[0, 2]], dueAt: START }], START));
      await stores().lanes.finish(claim, [{ members: [[0, 2]], dueAt: START }], START);
      expect(await claimAll(stores(), START)).toHaveLength(1);
    });

    it('cannot be undone by extending', async () => {
      const { claim } = await work(1);
      await stores().lanes.finish(claim, [], START);
      await stores().lanes.extend([claim], LEASE, START);
      expect(await claimAll(stores(), later)).toEqual([]);
    });

    it('loses nothing and doubles nothing when many workers finish side by side', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await allAtOnce(10, (page) =>
        stores().ledger.accept(dispatch.id, recipients(10, { from: page * 10 }), START),
      );
      const claims = await claimAll(stores(), START);
      await Promise.all(
        claims.map((claim) =>
          stores().lanes.finish(claim, [{ members: claim.members, dueAt: START }], START),
        ),
      );
      expect(members(await claimAll(stores(), START))).toEqual(
        Array.from({ length: 100 }, (_, index) => index),
      );
    });
  });

  describe('a halted dispatch', () => {
    it('has all its work on the lane again when it is resumed', async () => {
      const { claim, dispatch } = await work(5);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      await stores().ledger.accept(dispatch.id, recipients(5, { from: 5 }), START);
      await stores().lanes.finish(claim, [{ members: [[0, 4]], dueAt: START }], START);
      const whileHalted = await claimAll(stores(), START);
      for (const one of whileHalted) {
        await stores().lanes.finish(one, [{ members: one.members, dueAt: START }], START);
      }
      await stores().dispatches.control(dispatch.id, 'open', 2);
      const claims = await claimAll(stores(), START);
      expect(members(claims)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('gets back what a worker held when it was halted, should that worker die', async () => {
      const { claim, dispatch, ordinals } = await work(3);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      await stores().dispatches.control(dispatch.id, 'open', 2);
      expect(await claimAll(stores(), START + LEASE - 1)).toEqual([]);
      const successor = await claimOne(stores(), START + LEASE);
      expect(successor.parcel).toBe(claim.parcel);
      expect(await pendingIn(stores(), successor)).toEqual(ordinals);
    });

    it('keeps due times while it is halted', async () => {
      const { claim, dispatch } = await work(2);
      await stores().lanes.finish(claim, [{ members: [[0, 1]], dueAt: START + 5000 }], START);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      await stores().dispatches.control(dispatch.id, 'open', 2);
      expect(await claimAll(stores(), START + 4999)).toEqual([]);
      expect(await claimAll(stores(), START + 5000)).toHaveLength(1);
    });

    it('does not keep other dispatches of its lane waiting', async () => {
      const halted = await aDispatch().openedIn(stores());
      const other = await aDispatch().openedIn(stores());
      await stores().ledger.accept(halted.id, recipients(3), START);
      await stores().dispatches.control(halted.id, 'halted', 1);
      await stores().ledger.accept(other.id, recipients(3), START);
      const claims = await claimAll(stores(), START);
      expect(claims.map(({ dispatchId }) => dispatchId)).toContain(other.id);
    });
  });

  describe('a cancelled dispatch', () => {
    it('has its leftovers on the lane at once, so that they can be discarded', async () => {
      const { claim, dispatch } = await work(3);
      await stores().dispatches.control(dispatch.id, 'cancelled', 1);
      await stores().lanes.finish(claim, [{ members: [[0, 2]], dueAt: START + 50_000 }], START);
      expect(members(await claimAll(stores(), START))).toEqual([0, 1, 2]);
    });

    it('gets back what a worker held when it was halted and cancelled, should that worker die', async () => {
      const { claim, dispatch, ordinals } = await work(3);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      await stores().dispatches.control(dispatch.id, 'cancelled', 2);
      const successor = await claimOne(stores(), START + LEASE);
      expect(successor.parcel).toBe(claim.parcel);
      expect(await pendingIn(stores(), successor)).toEqual(ordinals);
    });

    it('still has on the lane what was there when it was cancelled', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await stores().ledger.accept(dispatch.id, recipients(3), START);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      await stores().dispatches.control(dispatch.id, 'cancelled', 2);
      const claim = await claimOne(stores(), START);
      await stores().ledger.discard(claim, await pendingIn(stores(), claim), 'cancelled', 'cancelled', START);
      expect((await stores().dispatches.stats(dispatch.id))?.counts.cancelled).toBe(3);
    });
  });
}
