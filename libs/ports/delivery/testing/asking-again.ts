import { describe, expect, it } from '@jest/globals';
import { aDispatch, aSuppression, type DeliveryStores, HOUR, LEASE, START } from './delivery-stores.js';
import { accepted, claimAll, claimOne, countsOf, pendingIn, send, settle, submit, takeUp } from './worker.js';

/** The parts of the Ledger and Lanes contracts about calls whose provider is to be asked again. */
export function describeAskingAgain(stores: () => DeliveryStores): void {
  const work = async (count: number, dispatch = aDispatch()) =>
    takeUp(stores(), await dispatch.openedIn(stores()), count);
  const mayRepeat = (...args: Parameters<DeliveryStores['ledger']['mayRepeat']>) =>
    stores().ledger.mayRepeat(...args);

  describe('repeating an open call', () => {
    it('is allowed while nothing speaks against it', async () => {
      const { claim, ordinals } = await work(3);
      expect(await mayRepeat(claim, await submit(stores(), claim, ordinals), START)).toBe('now');
    });

    it('waits while the dispatch is halted', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const key = await submit(stores(), claim, ordinals);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      expect(await mayRepeat(claim, key, START)).toBe('later');
      await stores().dispatches.control(dispatch.id, 'open', 2);
      expect(await mayRepeat(claim, key, START)).toBe('now');
    });

    it('is refused for good once the dispatch is cancelled', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const key = await submit(stores(), claim, ordinals);
      await stores().dispatches.control(dispatch.id, 'cancelled', 1);
      expect(await mayRepeat(claim, key, START)).toBe('never');
    });

    it('is refused from the instant of expiry on', async () => {
      const { claim, ordinals } = await work(1, aDispatch().expiringAt(START + 10));
      const key = await submit(stores(), claim, ordinals);
      expect(await mayRepeat(claim, key, START + 9)).toBe('now');
      expect(await mayRepeat(claim, key, START + 10)).toBe('never');
    });

    it('is refused when one of its members is suppressed meanwhile, and only then', async () => {
      const { claim, ordinals } = await work(4);
      const [first, second] = [
        await submit(stores(), claim, ordinals.slice(0, 2)),
        await submit(stores(), claim, ordinals.slice(2)),
      ];
      await stores().suppressions.add(aSuppression('r1@example.com', { scope: 'marketing' }));
      expect(await mayRepeat(claim, first, START)).toBe('never');
      expect(await mayRepeat(claim, second, START)).toBe('now');
    });

    it('heeds an unsubscribe for marketing only', async () => {
      const { claim, ordinals } = await work(1, aDispatch().transactional());
      const key = await submit(stores(), claim, ordinals);
      await stores().suppressions.add(aSuppression('r0@example.com', { scope: 'marketing' }));
      expect(await mayRepeat(claim, key, START)).toBe('now');
    });

    it('is not for those who no longer hold the parcel, nor for a call that is settled', async () => {
      const { claim, ordinals } = await work(2);
      const key = await submit(stores(), claim, ordinals);
      const successor = await claimOne(stores(), START + LEASE);
      expect(await mayRepeat(claim, key, START + LEASE)).toBe('stale');
      expect(await mayRepeat(successor, key, START + LEASE)).toBe('now');
      await settle(stores(), successor, key, ordinals, accepted);
      expect(await mayRepeat(successor, key, START + LEASE)).toBe('stale');
    });
  });

  describe('putting a parcel back', () => {
    it('keeps its open calls for its next claim, which is not before it is due', async () => {
      const { dispatch, claim, ordinals } = await work(5);
      await send(stores(), claim, ordinals.slice(0, 1), accepted);
      const key = await submit(stores(), claim, ordinals.slice(1, 3), { provider: 'resend' });
      await stores().lanes.putBack(claim, START + 500, START);
      expect(await claimAll(stores(), START + 499)).toEqual([]);
      const next = await claimOne(stores(), START + 500);
      const parcel = await stores().ledger.load(next);
      expect(parcel?.orphans).toMatchObject([{ key, provider: 'resend', openedAt: START }]);
      expect(parcel?.orphans[0]?.members.map(({ ordinal }) => ordinal)).toEqual(ordinals.slice(1, 3));
      expect(await pendingIn(stores(), next)).toEqual(ordinals.slice(3));
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 1, submitting: 2, pending: 2 });
    });

    it('does not count the claim among its receives', async () => {
      const { claim } = await work(1);
      await stores().lanes.putBack(claim, START, START);
      const next = await claimOne(stores(), START);
      expect([claim.receives, next.receives]).toEqual([1, 1]);
    });

    it('ends the claim', async () => {
      const { claim, ordinals } = await work(2);
      const key = await submit(stores(), claim, ordinals);
      await stores().lanes.putBack(claim, START, START);
      expect(await settle(stores(), claim, key, ordinals, accepted)).toBe('stale');
      await stores().lanes.extend([claim], LEASE, START);
      await stores().lanes.finish(claim, [], START);
      expect(await claimAll(stores(), START)).toHaveLength(1);
    });

    it('does nothing for whoever held the parcel before', async () => {
      const { claim } = await work(1);
      const successor = await claimOne(stores(), START + LEASE);
      await stores().lanes.putBack(claim, START, START + LEASE);
      expect(await claimAll(stores(), START + LEASE)).toEqual([]);
      expect(await pendingIn(stores(), successor)).toHaveLength(1);
    });

    it('waits for a halted dispatch to be resumed', async () => {
      const { dispatch, claim } = await work(1);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      await stores().lanes.putBack(claim, START, START);
      expect(await claimAll(stores(), START + HOUR)).toEqual([]);
      await stores().dispatches.control(dispatch.id, 'open', 2);
      expect(await claimAll(stores(), START + HOUR)).toHaveLength(1);
    });

    it.each(['before', 'after'] as const)('is of no delay to a dispatch cancelled %s it', async (when) => {
      const { dispatch, claim } = await work(1);
      const cancel = () => stores().dispatches.control(dispatch.id, 'cancelled', 1);
      if (when === 'before') await cancel();
      await stores().lanes.putBack(claim, START + HOUR, START);
      if (when === 'after') await cancel();
      expect(await claimAll(stores(), START)).toHaveLength(1);
    });
  });

  it('a parcel with an open call cannot be finished: nobody would ever hear of that call again', async () => {
    const { claim, ordinals } = await work(2);
    const key = await submit(stores(), claim, ordinals);
    await expect(stores().lanes.finish(claim, [], START)).rejects.toThrow('open intent');
    await settle(stores(), claim, key, ordinals, accepted);
    await stores().lanes.finish(claim, [], START);
    expect(await claimAll(stores(), START + LEASE)).toEqual([]);
  });
}
