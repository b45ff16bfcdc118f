import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deliveryId, type DeliveryId, deliveryStatuses } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import {
  acme,
  aDispatch,
  allDeliveries,
  aSuppression,
  type DeliveryStores,
  everyPage,
  type OpenDeliveryStores,
  recipients,
  rival,
  START,
} from './testing/delivery-stores.js';
import { describePaging } from './testing/paging.js';
import {
  accepted,
  allAtOnce,
  dead,
  deliverAll,
  failed,
  send,
  submit,
  takeUp,
  throttled,
  tryIntent,
  unknown,
} from './testing/worker.js';

export function describeDeliveriesContract(name: string, open: OpenDeliveryStores): void {
  describe(`Deliveries: ${name}`, () => {
    let its: DeliveryStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    /** One dispatch with a message in every state that a worker can bring about. */
    const everyState = async () => {
      const dispatch = await aDispatch()
        .expiringAt(START + 1000)
        .openedIn(its);
      const { claim, ordinals } = await takeUp(its, dispatch, 20);
      const [a, b, c, d, e] = [0, 3, 5, 6, 8].map((from, index) =>
        ordinals.slice(from, [3, 5, 6, 8, 9][index]),
      );
      await send(its, claim, a!, accepted);
      await send(its, claim, b!, failed);
      await send(its, claim, c!, dead);
      await send(its, claim, d!, unknown);
      await its.ledger.discard(claim, e!, 'cancelled', 'cancelled', START);
      await its.suppressions.add(aSuppression('r9@example.com'));
      await tryIntent(its, claim, [ordinals[9]!]);
      await submit(its, claim, ordinals.slice(10, 14));
      await tryIntent(its, claim, ordinals.slice(14, 16), { now: START + 1000 });
      return dispatch;
    };

    describe('finding one', () => {
      it('shows it with all that is known', async () => {
        const dispatch = await aDispatch().onLane('critical').openedIn(its);
        const [ordinal] = await deliverAll(its, dispatch, 1, accepted, { now: START + 3, provider: 'smtp' });
        const id = deliveryId(dispatch.id, ordinal!);
        expect(await its.deliveries.find(acme, id)).toMatchObject({
          id,
          workspaceId: acme,
          dispatchId: dispatch.id,
          lane: 'critical',
          address: 'r0@example.com',
          ref: 'sub_r0@example.com',
          status: 'accepted',
          attempts: 1,
          provider: 'smtp',
          providerMessageId: 'prov-1',
          updatedAt: START + 3,
        });
      });

      it('sees every write that was acknowledged before', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const { claim, ordinals } = await takeUp(its, dispatch, 30);
        const seen = await allAtOnce(30, async (index) => {
          const id = deliveryId(dispatch.id, ordinals[index]!);
          const statuses: (string | undefined)[] = [];
          await tryIntent(its, claim, [ordinals[index]!], { key: `call_${index}` });
          statuses.push((await its.deliveries.find(acme, id))?.status);
          await its.ledger.settle({
            claim,
            key: `call_${index}`,
            provider: 'ses',
            verdicts: [{ ordinal: ordinals[index]!, verdict: accepted }],
            now: START,
          });
          statuses.push((await its.deliveries.find(acme, id))?.status);
          return statuses.join();
        });
        expect(new Set(seen)).toEqual(new Set(['submitting,accepted']));
      });

      it('does not know the ids of another workspace', async () => {
        const dispatch = await aDispatch().inWorkspace(rival).openedIn(its);
        const [ordinal] = await deliverAll(its, dispatch, 1, accepted);
        const id = deliveryId(dispatch.id, ordinal!);
        expect(await its.deliveries.find(acme, id)).toBeUndefined();
        expect(await its.deliveries.find(rival, id)).toBeDefined();
      });

      it('does not know ids that nothing has', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await deliverAll(its, dispatch, 1, accepted);
        const strangers = [
          deliveryId(dispatch.id, 99_999),
          deliveryId(dispatch.id, 32 ** 7 - 1),
          deliveryId('cmp_01zzzzzzzzzzzzzzzzzzzzzzzz' as DispatchId, 0),
        ];
        const malformed = [
          '',
          'dlv_',
          dispatch.id,
          `${deliveryId(dispatch.id, 0)}0`,
          "dlv_' OR 1=1 --",
          'dlv_\u0000',
        ];
        for (const id of [...strangers, ...malformed]) {
          expect(await its.deliveries.find(acme, id as DeliveryId)).toBeUndefined();
        }
      });
    });

    describe('lists', () => {
      it('count for every status what the counters say, and what the rows say one by one', async () => {
        const dispatch = await everyState();
        const counts = (await its.dispatches.stats(dispatch.id))?.counts;
        const all = await allDeliveries(its, { dispatchId: dispatch.id });
        for (const status of deliveryStatuses) {
          const listed = await allDeliveries(its, { dispatchId: dispatch.id, status });
          expect([status, listed.length]).toEqual([status, counts?.[status]]);
          expect(listed).toEqual(all.filter((one) => one.status === status));
        }
        expect(counts).toMatchObject({
          accepted: 3,
          submitting: 4,
          pending: 4,
          expired: 2,
          suppressed: 1,
          cancelled: 1,
        });
      });

      it('show each as it is found by its id', async () => {
        const dispatch = await everyState();
        for (const listed of await allDeliveries(its, { dispatchId: dispatch.id })) {
          expect(await its.deliveries.find(acme, listed.id)).toEqual(listed);
        }
      });

      it('follow an address through all dispatches', async () => {
        const [one, other] = [
          await aDispatch().openedIn(its),
          await aDispatch().onLane('standard').openedIn(its),
        ];
        await deliverAll(its, one, 3, accepted);
        await deliverAll(its, other, 3, failed);
        const rows = await allDeliveries(its, { address: 'r1@example.com' });
        expect(rows.map(({ dispatchId, status }) => [dispatchId, status]).sort()).toEqual(
          [
            [one.id, 'accepted'],
            [other.id, 'failed'],
          ].sort(),
        );
        expect(await allDeliveries(its, { address: 'R1@example.com' })).toEqual([]);
        expect(await allDeliveries(its, { address: '%' })).toEqual([]);
      });

      it('take several filters together', async () => {
        const one = await aDispatch().openedIn(its);
        const { claim, ordinals } = await takeUp(its, one, 5);
        await send(its, claim, ordinals.slice(0, 2), accepted);
        await submit(its, claim, ordinals.slice(2, 3));
        const other = await aDispatch().onLane('standard').openedIn(its);
        await deliverAll(its, other, 5, accepted);
        const list = async (query: Parameters<typeof allDeliveries>[1]) =>
          (await allDeliveries(its, query)).map(({ address }) => address);
        expect(await list({ dispatchId: one.id, status: 'accepted', address: 'r1@example.com' })).toEqual([
          'r1@example.com',
        ]);
        expect(await list({ dispatchId: one.id, address: 'r2@example.com' })).toEqual(['r2@example.com']);
        expect(await list({ status: 'submitting', address: 'r2@example.com' })).toEqual(['r2@example.com']);
        expect(await list({ status: 'submitting', address: 'r1@example.com' })).toEqual([]);
        expect(await list({ dispatchId: other.id, status: 'submitting' })).toEqual([]);
        expect(await list({ status: 'accepted' })).toHaveLength(7);
      });

      it('show a workspace its own rows only, whatever it asks for', async () => {
        const mine = await aDispatch().openedIn(its);
        const theirs = await aDispatch().inWorkspace(rival).onLane('standard').openedIn(its);
        await deliverAll(its, mine, 3, accepted);
        const { claim, ordinals } = await takeUp(its, theirs, 4);
        await send(its, claim, ordinals.slice(0, 2), accepted);
        await submit(its, claim, ordinals.slice(2));
        for (const row of await allDeliveries(its)) expect(row.dispatchId).toBe(mine.id);
        expect(await allDeliveries(its)).toHaveLength(3);
        expect(await allDeliveries(its, { dispatchId: theirs.id })).toEqual([]);
        expect(await allDeliveries(its, { status: 'submitting' })).toEqual([]);
        expect(await allDeliveries(its, { address: 'r3@example.com' })).toEqual([]);
        expect(await allDeliveries(its, {}, rival)).toHaveLength(4);
      });
    });

    describePaging(async () => {
      const one = await aDispatch().openedIn(its);
      const other = await aDispatch().openedIn(its);
      await its.ledger.accept(one.id, recipients(17), START);
      await its.ledger.accept(other.id, recipients(6), START);
      return {
        count: 23,
        read: (page) => its.deliveries.page(acme, {}, page),
        keyOf: ({ id }) => id,
      };
    });

    it('neither skips nor repeats rows that change while somebody turns the pages', async () => {
      const dispatch = await aDispatch().openedIn(its);
      const { claim, ordinals } = await takeUp(its, dispatch, 30);
      let turn = 0;
      const rows = await everyPage(async (after) => {
        const page = await its.deliveries.page(acme, { dispatchId: dispatch.id }, { limit: 4, after });
        const next = ordinals.slice(turn * 3, turn * 3 + 3);
        if (next.length > 0) await send(its, claim, next, turn % 2 === 0 ? accepted : throttled(START));
        turn += 1;
        return page;
      });
      const seen = rows.map(({ id }) => id);
      expect(seen.sort()).toEqual(ordinals.map((ordinal) => deliveryId(dispatch.id, ordinal)));
    });
  });
}
