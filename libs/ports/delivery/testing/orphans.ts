import { describe, expect, it } from '@jest/globals';
import { aDispatch, type DeliveryStores, LEASE, START } from './delivery-stores.js';
import { accepted, claimOne, countsOf, send, settle, submit, takeUp, throttled, unknown } from './worker.js';

/** The part of the Ledger contract about calls that nobody has settled. */
export function describeOrphans(stores: () => DeliveryStores): void {
  const work = async (count: number) => takeUp(stores(), await aDispatch().openedIn(stores()), count);

  describe('an intent that was never settled', () => {
    it('is found by the next to claim the parcel, as it was', async () => {
      const { claim, ordinals } = await work(6);
      await send(stores(), claim, ordinals, throttled(START));
      await send(stores(), claim, [ordinals[4]!], {
        to: 'pending',
        reason: 'x',
        spent: true,
        elsewhere: true,
        dueAt: START,
      });
      const inOrder = [ordinals[4]!, ordinals[1]!, ordinals[3]!];
      const key = await submit(stores(), claim, inOrder, { provider: 'resend', now: START + 77 });

      const parcel = await stores().ledger.load(await claimOne(stores(), START + LEASE));
      expect(parcel?.orphans).toEqual([
        {
          key,
          provider: 'resend',
          openedAt: START + 77,
          members: inOrder.map((ordinal) => ({
            ordinal,
            address: `r${ordinals.indexOf(ordinal)}@example.com`,
            ref: expect.any(String),
            data: expect.any(String),
            attempts: ordinal === ordinals[4] ? 1 : 0,
          })),
        },
      ]);
      expect(parcel?.members.map(({ ordinal }) => ordinal)).toEqual([ordinals[0], ordinals[2], ordinals[5]]);
    });

    it('keeps the frozen data of its members, so that the same bytes can be asked about', async () => {
      const { claim, ordinals } = await work(2);
      const before = await stores().ledger.load(claim);
      await submit(stores(), claim, ordinals);
      const after = await stores().ledger.load(await claimOne(stores(), START + LEASE));
      expect(after?.orphans[0]?.members).toEqual(before?.members);
    });

    it('is found beside all others of its parcel', async () => {
      const { claim, ordinals } = await work(10);
      const keys = await Promise.all(
        [0, 2, 4].map((at) => submit(stores(), claim, ordinals.slice(at, at + 2))),
      );
      await settle(stores(), claim, keys[1]!, ordinals.slice(2, 4), accepted);
      const parcel = await stores().ledger.load(await claimOne(stores(), START + LEASE));
      expect(parcel?.orphans.map(({ key }) => key).sort()).toEqual([keys[0], keys[2]].sort());
      expect(parcel?.members.map(({ ordinal }) => ordinal)).toEqual(ordinals.slice(6));
    });

    it('leaves out those that were refused', async () => {
      const { claim, ordinals } = await work(3);
      await send(stores(), claim, [ordinals[1]!], accepted);
      await stores().ledger.openIntent({
        claim,
        key: 'call_partly',
        provider: 'ses',
        ordinals,
        unsendable: [],
        now: START,
      });
      const parcel = await stores().ledger.load(await claimOne(stores(), START + LEASE));
      expect(parcel?.orphans[0]?.members.map(({ ordinal }) => ordinal)).toEqual([ordinals[0], ordinals[2]]);
    });

    it('is found again and again until somebody settles it', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      const key = await submit(stores(), claim, ordinals);
      let successor = claim;
      for (let death = 1; death <= 3; death++) {
        successor = await claimOne(stores(), START + death * LEASE);
        const parcel = await stores().ledger.load(successor);
        expect(parcel?.orphans.map((orphan) => orphan.key)).toEqual([key]);
      }
      expect(await settle(stores(), successor, key, ordinals, unknown)).toBe('settled');
      expect(await stores().ledger.load(successor)).toMatchObject({ members: [], orphans: [] });
      expect(await countsOf(stores(), dispatch)).toEqual({ unknown: 2 });
    });

    it.each(['halted', 'cancelled'] as const)(
      'is found and settled in a dispatch that is %s meanwhile',
      async (control) => {
        const { dispatch, claim, ordinals } = await work(2);
        const key = await submit(stores(), claim, ordinals.slice(0, 1));
        await stores().dispatches.control(dispatch.id, control, 1);
        if (control === 'halted') await stores().dispatches.control(dispatch.id, 'open', 2);
        const successor = await claimOne(stores(), START + LEASE);
        expect((await stores().ledger.load(successor))?.orphans).toHaveLength(1);
        expect(await settle(stores(), successor, key, ordinals.slice(0, 1), unknown)).toBe('settled');
        expect(await countsOf(stores(), dispatch)).toEqual({ unknown: 1, pending: 1 });
      },
    );

    it('lets its members go on when they are judged to be pending', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      const key = await submit(stores(), claim, ordinals);
      const successor = await claimOne(stores(), START + LEASE);
      const again = { to: 'pending', reason: 'lost', spent: true, elsewhere: false, dueAt: START } as const;
      await settle(stores(), successor, key, ordinals, again);
      await send(stores(), successor, ordinals, accepted);
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 2 });
    });
  });
}
