import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deliveryId, type DeliveryId } from '#domain/delivery/model/delivery.js';
import type { FailedQuery } from './failed-messages.js';
import {
  acme,
  aDispatch,
  type DeliveryStores,
  everyPage,
  HOUR,
  type OpenDeliveryStores,
  recipients,
  rival,
  START,
} from './testing/delivery-stores.js';
import { describePaging } from './testing/paging.js';
import { describeRetrying } from './testing/retrying.js';
import {
  accepted,
  claimAll,
  countsOf,
  dead,
  deliverAll,
  deliveryAt,
  failed,
  unknown,
} from './testing/worker.js';

/** @param page recipients of each of the two pages of the largest case: an emulator takes a thousand times as long for each step */
export function describeFailedMessagesContract(name: string, open: OpenDeliveryStores, page = 1_000): void {
  describe(`FailedMessages: ${name}`, () => {
    let its: DeliveryStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const list = (query: FailedQuery = {}, workspaceId = acme) =>
      everyPage((after) => its.failedMessages.page(workspaceId, query, { limit: 200, after }));
    const because = (reason: string) => ({ to: 'dead', reason }) as const;

    describe('the list', () => {
      it('has the dead, and only them, as deliveries show them', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const ordinals = await deliverAll(its, dispatch, recipients(2), dead);
        await deliverAll(its, dispatch, recipients(2, { from: 10 }), failed);
        await deliverAll(its, dispatch, recipients(2, { from: 20 }), unknown);
        await deliverAll(its, dispatch, recipients(2, { from: 30 }), accepted);
        const rows = await list();
        expect(rows.map(({ id }) => id).sort()).toEqual(ordinals.map((one) => deliveryId(dispatch.id, one)));
        for (const row of rows) expect(row).toEqual(await its.deliveries.find(acme, row.id));
      });

      it('can be narrowed by dispatch, reason, provider and lane', async () => {
        const bulk = await aDispatch().openedIn(its);
        const standard = await aDispatch().onLane('standard').openedIn(its);
        await deliverAll(its, bulk, recipients(1), because('503'), { provider: 'ses' });
        await deliverAll(its, bulk, recipients(2, { from: 10 }), because('time used up'), {
          provider: 'resend',
        });
        await deliverAll(its, standard, recipients(4, { from: 20 }), because('503'), { provider: 'resend' });
        const count = async (query: FailedQuery) => (await list(query)).length;
        expect(await count({})).toBe(7);
        expect(await count({ dispatchId: bulk.id })).toBe(3);
        expect(await count({ reason: '503' })).toBe(5);
        expect(await count({ provider: 'resend' })).toBe(6);
        expect(await count({ lane: 'standard' })).toBe(4);
        expect(await count({ lane: 'critical' })).toBe(0);
        expect(await count({ reason: '503', provider: 'resend' })).toBe(4);
        expect(await count({ reason: '503', dispatchId: bulk.id, provider: 'ses', lane: 'bulk' })).toBe(1);
        expect(await count({ reason: 'no such reason' })).toBe(0);
      });

      it('belongs to one workspace', async () => {
        const mine = await aDispatch().openedIn(its);
        const theirs = await aDispatch().inWorkspace(rival).openedIn(its);
        await deliverAll(its, mine, recipients(2), dead);
        await deliverAll(its, theirs, recipients(3), dead);
        expect(await list()).toHaveLength(2);
        expect(await list({}, rival)).toHaveLength(3);
        expect(await list({ dispatchId: theirs.id })).toEqual([]);
      });
    });

    describePaging(async () => {
      const one = await aDispatch().openedIn(its);
      const other = await aDispatch().openedIn(its);
      await deliverAll(its, one, recipients(17), dead);
      await deliverAll(its, other, recipients(6), dead);
      return {
        count: 23,
        read: (page) => its.failedMessages.page(acme, {}, page),
        keyOf: ({ id }) => id,
      };
    });

    describe('statistics', () => {
      it('are all zero where nothing is dead', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await deliverAll(its, dispatch, recipients(2), failed);
        const none = { total: 0, byReason: {}, byProvider: {}, byDomain: {}, byDispatch: {}, byHour: {} };
        expect(await its.failedMessages.stats(acme)).toEqual(none);
      });

      it('say why, where, to whom and when', async () => {
        const one = await aDispatch().openedIn(its);
        const other = await aDispatch().onLane('standard').openedIn(its);
        await deliverAll(its, one, recipients(3, { domain: 'gmail.example' }), because('503'), {
          provider: 'ses',
        });
        await deliverAll(its, other, recipients(2, { domain: 'gmail.example' }), because('421'), {
          provider: 'resend',
          now: START + HOUR,
        });
        await deliverAll(its, one, recipients(1, { domain: 'web.example' }), because('503'), {
          provider: 'resend',
          now: START + HOUR,
        });
        expect(await its.failedMessages.stats(acme)).toEqual({
          total: 6,
          byReason: { 503: 4, 421: 2 },
          byProvider: { ses: 3, resend: 3 },
          byDomain: { 'gmail.example': 5, 'web.example': 1 },
          byDispatch: { [one.id]: 4, [other.id]: 2 },
          byHour: { '2026-01-31T13:00:00.000Z': 3, '2026-01-31T14:00:00.000Z': 3 },
        });
      });

      it('begin a new hour on the hour', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const two = Date.UTC(2026, 0, 31, 14);
        await deliverAll(its, dispatch, recipients(1), dead, { now: two - 1 });
        await deliverAll(its, dispatch, recipients(1, { from: 5 }), dead, { now: two });
        const { byHour } = await its.failedMessages.stats(acme);
        expect(byHour).toEqual({ '2026-01-31T13:00:00.000Z': 1, '2026-01-31T14:00:00.000Z': 1 });
      });

      it('belong to one workspace, and forget what was retried or resolved', async () => {
        const mine = await aDispatch().openedIn(its);
        const theirs = await aDispatch().inWorkspace(rival).openedIn(its);
        const [first, second] = await deliverAll(its, mine, recipients(3), dead);
        await deliverAll(its, theirs, recipients(3), dead);
        await its.failedMessages.retryOne(acme, deliveryId(mine.id, first!), START);
        await its.failedMessages.resolve(acme, deliveryId(mine.id, second!), 'called them', START);
        expect(await its.failedMessages.stats(acme)).toMatchObject({
          total: 1,
          byDispatch: { [mine.id]: 1 },
        });
        expect(await its.failedMessages.stats(rival)).toMatchObject({
          total: 3,
          byDispatch: { [theirs.id]: 3 },
        });
      });
    });

    describeRetrying(() => its, page);

    describe('resolving', () => {
      it('makes a dead message failed for good, with the given reason', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const [ordinal] = await deliverAll(its, dispatch, recipients(2), dead);
        const id = deliveryId(dispatch.id, ordinal!);
        expect(await its.failedMessages.resolve(acme, id, 'customer was called', START + 9)).toBe('resolved');
        const row = await deliveryAt(its, dispatch, ordinal!);
        expect(row).toMatchObject({ status: 'failed', reason: 'customer was called', updatedAt: START + 9 });
        expect(row.history).toHaveLength(1);
        expect(await countsOf(its, dispatch)).toEqual({ failed: 1, dead: 1 });
        expect(await its.failedMessages.resolve(acme, id, 'again', START)).toBe('not_dead');
        expect(await its.failedMessages.retryOne(acme, id, START)).toBe('not_dead');
        expect(await claimAll(its, START + HOUR)).toEqual([]);
        expect((await deliveryAt(its, dispatch, ordinal!)).reason).toBe('customer was called');
      });

      it('is for the dead of the own workspace', async () => {
        const theirs = await aDispatch().inWorkspace(rival).openedIn(its);
        const [ordinal] = await deliverAll(its, theirs, recipients(1), dead);
        const id = deliveryId(theirs.id, ordinal!);
        expect(await its.failedMessages.resolve(acme, id, 'mine', START)).toBe('missing');
        expect(await its.failedMessages.resolve(acme, 'dlv_nonsense' as DeliveryId, 'mine', START)).toBe(
          'missing',
        );
        expect(await countsOf(its, theirs)).toEqual({ dead: 1 });
      });

      it('happens once when several people do it at once, or one of them retries', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const [ordinal] = await deliverAll(its, dispatch, recipients(1), dead);
        const id = deliveryId(dispatch.id, ordinal!);
        const answers: string[] = await Promise.all([
          its.failedMessages.resolve(acme, id, 'a', START),
          its.failedMessages.retryOne(acme, id, START),
          its.failedMessages.resolve(acme, id, 'b', START),
          its.failedMessages.retryOne(acme, id, START),
        ]);
        expect(answers.filter((answer) => answer !== 'not_dead')).toHaveLength(1);
        const retried = answers.includes('retried');
        expect(await countsOf(its, dispatch)).toEqual(retried ? { pending: 1 } : { failed: 1 });
      });
    });
  });
}
