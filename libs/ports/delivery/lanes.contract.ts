import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Claim } from './lanes.js';
import {
  aDispatch,
  type DeliveryStores,
  LEASE,
  type OpenDeliveryStores,
  recipients,
  START,
} from './testing/delivery-stores.js';
import { describeFinishing } from './testing/finishing.js';
import {
  accepted,
  allAtOnce,
  claimAll,
  claimOne,
  ordinalsOf,
  pendingIn,
  send,
  submit,
  takeUp,
} from './testing/worker.js';

export function describeLanesContract(name: string, open: OpenDeliveryStores): void {
  describe(`Lanes: ${name}`, () => {
    let its: DeliveryStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const depthOf = async (lane: string, now = START) =>
      (await its.lanes.depths(now)).find((one) => one.lane === lane) ?? { lane, depth: 0, oldestAgeMs: 0 };

    describe('claiming', () => {
      it('gives what was accepted, and says whose it is', async () => {
        const dispatch = await aDispatch()
          .onLane('standard')
          .givingUpAt(START + 77)
          .openedIn(its);
        await its.ledger.accept(dispatch.id, recipients(5), START);
        const claim = await claimOne(its, START, 'standard');
        expect(claim).toMatchObject({
          lane: 'standard',
          dispatchId: dispatch.id,
          receives: 1,
          giveUpAt: START + 77,
        });
        expect(await pendingIn(its, claim)).toHaveLength(5);
        expect(ordinalsOf(claim)).toEqual(expect.arrayContaining(await pendingIn(its, claim)));
      });

      it('loads with a claim what the ledger would, orphans and all, if anything', async () => {
        const dispatch = await aDispatch().onLane('critical').openedIn(its);
        await its.ledger.accept(dispatch.id, recipients(3), START);
        const first = await its.lanes.claim('critical', 10, LEASE, START);
        const [claim] = first.claims;
        if (!claim) throw new Error('nothing was claimed');
        await submit(its, claim, [0], { key: 'call_of_the_dead' });
        const second = await its.lanes.claim('critical', 10, LEASE, START + LEASE);
        const loaded = [...second.claims.map((one) => second.loaded?.[one.parcel])];
        expect(second.claims).toHaveLength(1);
        for (const one of loaded)
          if (one) expect(one).toEqual(await its.ledger.load(second.claims[0] ?? claim));
      });

      it('gives nothing where nothing was accepted', async () => {
        await aDispatch().openedIn(its);
        const { claims } = await its.lanes.claim('bulk', 10, LEASE, START);
        expect(claims).toEqual([]);
      });

      it('keeps the lanes apart', async () => {
        const critical = await aDispatch().onLane('critical').openedIn(its);
        const bulk = await aDispatch().onLane('bulk').openedIn(its);
        await its.ledger.accept(critical.id, recipients(1), START);
        await its.ledger.accept(bulk.id, recipients(1), START);
        expect(await claimAll(its, START, 'standard')).toEqual([]);
        expect((await claimOne(its, START, 'critical')).dispatchId).toBe(critical.id);
        expect((await claimOne(its, START, 'bulk')).dispatchId).toBe(bulk.id);
      });

      it('gives no more than was asked for, and the rest to who asks next', async () => {
        const dispatch = await aDispatch().openedIn(its);
        for (const from of [0, 10, 20]) await its.ledger.accept(dispatch.id, recipients(10, { from }), START);
        const sizes: number[] = [];
        const seen = new Set<number>();
        for (let given = 1; given > 0;) {
          const { claims } = await its.lanes.claim('bulk', 1, LEASE, START);
          given = claims.length;
          sizes.push(given);
          for (const claim of claims) for (const ordinal of await pendingIn(its, claim)) seen.add(ordinal);
        }
        expect(Math.max(...sizes)).toBe(1);
        expect(seen.size).toBe(30);
      });

      it('never puts more than 1,000 members in one parcel', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await its.ledger.accept(dispatch.id, recipients(1000), START);
        await its.ledger.accept(dispatch.id, recipients(1000, { from: 1000 }), START);
        const claims = await claimAll(its, START);
        for (const claim of claims) expect(ordinalsOf(claim).length).toBeLessThanOrEqual(1000);
        const pending = await Promise.all(claims.map((claim) => pendingIn(its, claim)));
        expect(new Set(pending.flat()).size).toBe(2000);
      });

      it('lists members as ascending ranges that do not overlap', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const page = recipients(20).map((one, index) =>
          index % 3 === 0 ? { ...one, dueAt: START + 1 } : one,
        );
        await its.ledger.accept(dispatch.id, page, START);
        for (const { members } of await claimAll(its, START + 1)) {
          const bounds = members.flat();
          expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
          for (const [index, [from, to]] of members.entries()) {
            expect(to).toBeGreaterThanOrEqual(from);
            expect(from).toBeGreaterThan(members[index - 1]?.[1] ?? -1);
          }
        }
      });

      it('gives nothing before it is due', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await its.ledger.accept(dispatch.id, recipients(2, { dueAt: START + 5000 }), START);
        expect(await claimAll(its, START + 4999)).toEqual([]);
        expect(await pendingIn(its, await claimOne(its, START + 5000))).toHaveLength(2);
      });

      it('puts recipients with different due times into different parcels', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const page = [
          ...recipients(2),
          ...recipients(3, { from: 10, dueAt: START + 5000 }),
          ...recipients(4, { from: 20, dueAt: START + 9000 }),
        ];
        await its.ledger.accept(dispatch.id, page, START);
        const sizes = [];
        for (const now of [START, START + 5000, START + 9000])
          sizes.push((await pendingIn(its, await claimOne(its, now))).length);
        expect(sizes).toEqual([2, 3, 4]);
      });

      it('gives a parcel to one of many workers who ask at once', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await allAtOnce(10, (page) =>
          its.ledger.accept(dispatch.id, recipients(10, { from: page * 10 }), START),
        );
        const answers = await allAtOnce(30, () => its.lanes.claim('bulk', 2, LEASE, START));
        const claims = answers.flatMap((answer) => answer.claims);
        expect(new Set(claims.map(({ parcel }) => parcel)).size).toBe(claims.length);
        const pending = (await Promise.all(claims.map((claim) => pendingIn(its, claim)))).flat();
        expect(pending.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, ordinal) => ordinal));
      });
    });

    describe('leases', () => {
      it('hide a parcel until they run out; then it comes again, received once more, with a higher fence', async () => {
        const { claim, ordinals } = await takeUp(its, await aDispatch().openedIn(its), 3);
        expect(await claimAll(its, START + LEASE - 1)).toEqual([]);
        const second = await claimOne(its, START + LEASE);
        expect(second).toMatchObject({ parcel: claim.parcel, receives: 2, giveUpAt: claim.giveUpAt });
        expect(second.fence).toBeGreaterThan(claim.fence);
        expect(await pendingIn(its, second)).toEqual(ordinals);
        const third = await claimOne(its, START + 2 * LEASE);
        expect(third.receives).toBe(3);
        expect(third.fence).toBeGreaterThan(second.fence);
      });

      it('last as long as each claim asks', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await its.ledger.accept(dispatch.id, recipients(1), START);
        await claimOne(its, START, 'bulk', 1000);
        const again = await claimOne(its, START + 1000, 'bulk', 5000);
        expect(again.receives).toBe(2);
        expect(await claimAll(its, START + 5999)).toEqual([]);
        expect((await claimOne(its, START + 6000)).receives).toBe(3);
      });

      it('are prolonged by extending, from the moment of asking', async () => {
        const { claim } = await takeUp(its, await aDispatch().openedIn(its), 1);
        await its.lanes.extend([claim], LEASE, START + 20_000);
        expect(await claimAll(its, START + 20_000 + LEASE - 1)).toEqual([]);
        expect((await claimOne(its, START + 20_000 + LEASE)).receives).toBe(2);
      });

      it('are prolonged for several claims at once', async () => {
        const dispatch = await aDispatch().openedIn(its);
        for (const from of [0, 10, 20]) await its.ledger.accept(dispatch.id, recipients(10, { from }), START);
        const claims = await claimAll(its, START);
        await its.lanes.extend(claims, LEASE, START + 20_000);
        expect(await claimAll(its, START + LEASE + 1)).toEqual([]);
        expect(await claimAll(its, START + 20_000 + LEASE)).toHaveLength(claims.length);
      });

      it('are not prolonged by whoever held the parcel before', async () => {
        const { claim } = await takeUp(its, await aDispatch().openedIn(its), 1);
        const successor = await claimOne(its, START + LEASE);
        await its.lanes.extend([claim], 100 * LEASE, START + LEASE);
        expect(await claimAll(its, START + 2 * LEASE - 1)).toEqual([]);
        const third = await claimOne(its, START + 2 * LEASE);
        expect(third).toMatchObject({ parcel: successor.parcel, receives: 3 });
      });

      it('leave the claim as good as before when extended', async () => {
        const { claim, ordinals, dispatch } = await takeUp(its, await aDispatch().openedIn(its), 2);
        await its.lanes.extend([claim], LEASE, START + 1);
        await send(its, claim, ordinals, accepted);
        expect((await its.dispatches.stats(dispatch.id))?.counts.accepted).toBe(2);
      });
    });

    describe('the time to ask again', () => {
      const nextDueAt = async (now: number) => (await its.lanes.claim('bulk', 10, LEASE, now)).nextDueAt;

      it('is no later than the next parcel is due', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await its.ledger.accept(dispatch.id, recipients(1, { dueAt: START + 9000 }), START);
        await its.ledger.accept(dispatch.id, recipients(1, { from: 5, dueAt: START + 5000 }), START);
        expect(await nextDueAt(START)).toBeLessThanOrEqual(START + 5000);
        expect(await nextDueAt(START + 5000)).toBeLessThanOrEqual(START + 9000);
      });

      it('is no later than the end of the next lease', async () => {
        await takeUp(its, await aDispatch().openedIn(its), 1);
        expect(await nextDueAt(START + 1)).toBeLessThanOrEqual(START + LEASE);
      });

      it('is not put off by parcels of other lanes', async () => {
        const critical = await aDispatch().onLane('critical').openedIn(its);
        const bulk = await aDispatch().openedIn(its);
        await its.ledger.accept(critical.id, recipients(1, { dueAt: START + 9000 }), START);
        await its.ledger.accept(bulk.id, recipients(1, { dueAt: START + 5000 }), START);
        expect(await nextDueAt(START)).toBeLessThanOrEqual(START + 5000);
      });
    });

    describeFinishing(() => its);

    describe('depths', () => {
      it('count the members that wait or are claimed, lane by lane', async () => {
        const bulk = await aDispatch().openedIn(its);
        const standard = await aDispatch().onLane('standard').openedIn(its);
        await its.ledger.accept(bulk.id, recipients(7), START);
        await its.ledger.accept(bulk.id, recipients(5, { from: 100, dueAt: START + 9000 }), START);
        await its.ledger.accept(standard.id, recipients(3), START);
        expect((await depthOf('bulk')).depth).toBe(12);
        expect((await depthOf('standard')).depth).toBe(3);
        expect((await depthOf('critical')).depth).toBe(0);

        const claim = await claimOne(its, START);
        expect((await depthOf('bulk')).depth).toBe(12);
        await its.lanes.finish(claim, [{ members: [[0, 1]], dueAt: START }], START);
        expect((await depthOf('bulk')).depth).toBe(7);
      });

      it('say how long the longest-waiting parcel has been due', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await its.ledger.accept(dispatch.id, recipients(1, { dueAt: START + 2000 }), START);
        await its.ledger.accept(dispatch.id, recipients(1, { from: 5, dueAt: START + 5000 }), START);
        expect((await depthOf('bulk', START + 1999)).oldestAgeMs).toBe(0);
        expect((await depthOf('bulk', START + 6500)).oldestAgeMs).toBe(4500);
      });
    });

    describe('the hint that work may have come', () => {
      it('is no longer given to who has stopped listening', async () => {
        let woken = 0;
        const stop = its.lanes.onWork(() => {
          woken += 1;
        });
        stop();
        stop();
        const dispatch = await aDispatch().openedIn(its);
        await its.ledger.accept(dispatch.id, recipients(3), START);
        const claims: Claim[] = await claimAll(its, START);
        expect(claims).toHaveLength(1);
        expect(woken).toBe(0);
      });
    });
  });
}
