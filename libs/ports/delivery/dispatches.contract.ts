import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deliveryStatuses } from '#domain/delivery/model/delivery.js';
import type { DispatchControl, DispatchId } from '#domain/delivery/model/dispatch.js';
import {
  aDispatch,
  allDeliveries,
  type DeliveryStores,
  type OpenDeliveryStores,
  recipients,
  START,
} from './testing/delivery-stores.js';
import {
  accepted,
  allAtOnce,
  countsOf,
  deliverAll,
  failed,
  send,
  takeUp,
  unknown,
} from './testing/worker.js';
import { describeCompletion } from './testing/completion.js';

export function describeDispatchesContract(name: string, open: OpenDeliveryStores): void {
  describe(`Dispatches: ${name}`, () => {
    let its: DeliveryStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const controlOf = async (id: DispatchId) => (await its.dispatches.find(id))?.control;

    describe('opening', () => {
      it('keeps the dispatch exactly as it was given', async () => {
        const dispatch = await aDispatch()
          .transactional()
          .onUnknown('resend')
          .expiringAt(START + 5)
          .openedIn(its);
        expect(await its.dispatches.find(dispatch.id)).toEqual({ dispatch, control: 'open', sealed: false });
      });

      it('knows nothing of a dispatch that was never opened', async () => {
        const never = aDispatch().build();
        expect(await its.dispatches.find(never.id)).toBeUndefined();
        expect(await its.dispatches.stats(never.id)).toBeUndefined();
      });

      it('changes nothing when the id is known already', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await deliverAll(its, dispatch, 3, accepted);
        await its.dispatches.control(dispatch.id, 'halted', 1);
        await its.dispatches.seal(dispatch.id);
        const [before, stats] = [
          await its.dispatches.find(dispatch.id),
          await its.dispatches.stats(dispatch.id),
        ];

        await its.dispatches.open({ ...dispatch, purpose: 'transactional', giveUpAt: START + 1 });

        expect(await its.dispatches.find(dispatch.id)).toEqual(before);
        expect(await its.dispatches.stats(dispatch.id)).toEqual(stats);
      });

      it('opens one dispatch when many ask for it at once', async () => {
        const dispatch = aDispatch().build();
        await allAtOnce(20, () => its.dispatches.open(dispatch));
        await its.ledger.accept(dispatch.id, recipients(3), START);
        await allAtOnce(20, () => its.dispatches.open(dispatch));
        expect(await countsOf(its, dispatch)).toEqual({ pending: 3 });
      });
    });

    describe('control', () => {
      it.each<DispatchControl>(['open', 'halted', 'cancelled'])('says that it is %s', async (control) => {
        const dispatch = await aDispatch().openedIn(its);
        await its.dispatches.control(dispatch.id, control, 1);
        expect(await controlOf(dispatch.id)).toBe(control);
        expect((await its.dispatches.stats(dispatch.id))?.control).toBe(control);
      });

      it('ignores a decision that is older than the one in force', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await its.dispatches.control(dispatch.id, 'halted', 5);
        await its.dispatches.control(dispatch.id, 'open', 4);
        expect(await controlOf(dispatch.id)).toBe('halted');
        await its.dispatches.control(dispatch.id, 'cancelled', 3);
        expect(await controlOf(dispatch.id)).toBe('halted');
        await its.dispatches.control(dispatch.id, 'open', 6);
        expect(await controlOf(dispatch.id)).toBe('open');
      });

      it('takes the same decision a second time calmly', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await its.dispatches.control(dispatch.id, 'halted', 1);
        await its.dispatches.control(dispatch.id, 'halted', 1);
        expect(await controlOf(dispatch.id)).toBe('halted');
      });

      it('lets nothing follow a cancellation', async () => {
        const dispatch = await aDispatch().openedIn(its);
        await its.dispatches.control(dispatch.id, 'cancelled', 2);
        await its.dispatches.control(dispatch.id, 'open', 3);
        await its.dispatches.control(dispatch.id, 'halted', 4);
        expect(await controlOf(dispatch.id)).toBe('cancelled');
      });

      it.each(['control', 'seal'] as const)(
        'changes nothing by %s where there is no such dispatch',
        async (how) => {
          const dispatch = aDispatch().build();
          if (how === 'seal') await its.dispatches.seal(dispatch.id);
          else await its.dispatches.control(dispatch.id, 'halted', 9);
          expect(await its.dispatches.find(dispatch.id)).toBeUndefined();
          // Whoever opens it after that decides anew: of what was said before nothing is left.
          await its.dispatches.open(dispatch);
          expect(await its.dispatches.find(dispatch.id)).toEqual({
            dispatch,
            control: 'open',
            sealed: false,
          });
          await its.dispatches.control(dispatch.id, 'halted', 1);
          expect(await controlOf(dispatch.id)).toBe('halted');
        },
      );

      it('remembers that it was cancelled before it was opened', async () => {
        const dispatch = aDispatch().build();
        await its.dispatches.control(dispatch.id, 'cancelled', 9);
        await its.dispatches.control(dispatch.id, 'cancelled', 9);
        await its.dispatches.seal(dispatch.id);
        expect(await its.dispatches.find(dispatch.id)).toBeUndefined();
        expect(await its.dispatches.stats(dispatch.id)).toBeUndefined();
        await its.dispatches.control(dispatch.id, 'open', 10);
        await its.dispatches.open(dispatch);
        expect(await its.dispatches.find(dispatch.id)).toEqual({
          dispatch,
          control: 'cancelled',
          sealed: false,
        });
        expect(await its.ledger.accept(dispatch.id, recipients(3), START)).toEqual({ added: 0 });
        await its.dispatches.control(dispatch.id, 'open', 11);
        expect(await controlOf(dispatch.id)).toBe('cancelled');
      });

      it('knows nobody to accept for what was only cancelled', async () => {
        const dispatch = aDispatch().build();
        await its.dispatches.control(dispatch.id, 'cancelled', 1);
        await expect(its.ledger.accept(dispatch.id, recipients(1), START)).rejects.toMatchObject({
          code: 'not_found',
        });
      });

      it('ends with the newest decision, in whatever order they arrive', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const revisions = [7, 3, 19, 1, 12, 20, 5, 16, 2, 11, 4, 18, 6, 14, 9, 17, 8, 13, 10, 15];
        await Promise.all(
          revisions.map((revision) =>
            its.dispatches.control(dispatch.id, revision % 2 === 0 ? 'halted' : 'open', revision),
          ),
        );
        expect(await controlOf(dispatch.id)).toBe('halted');
      });

      it('is of one dispatch only', async () => {
        const [one, other] = [await aDispatch().openedIn(its), await aDispatch().openedIn(its)];
        await its.dispatches.control(one.id, 'cancelled', 1);
        expect(await controlOf(other.id)).toBe('open');
      });
    });

    describe('counters', () => {
      it('start at zero, one for every status', async () => {
        const dispatch = await aDispatch().openedIn(its);
        expect(await its.dispatches.stats(dispatch.id)).toEqual({
          candidates: 0,
          counts: Object.fromEntries(deliveryStatuses.map((status) => [status, 0])),
          byProvider: {},
          control: 'open',
          sealed: false,
        });
      });

      it('count every row once, under its status', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const { claim, ordinals } = await takeUp(its, dispatch, 10);
        await send(its, claim, ordinals.slice(0, 4), accepted);
        await send(its, claim, ordinals.slice(4, 6), failed);
        await send(its, claim, ordinals.slice(6, 7), unknown);
        await its.ledger.discard(claim, ordinals.slice(7, 8), 'dead', 'poison', START);
        const stats = await its.dispatches.stats(dispatch.id);
        expect(stats?.candidates).toBe(10);
        expect(await countsOf(its, dispatch)).toEqual({
          accepted: 4,
          failed: 2,
          unknown: 1,
          dead: 1,
          pending: 2,
        });
        expect(await allDeliveries(its, { dispatchId: dispatch.id })).toHaveLength(10);
      });

      it('say how many each provider accepted', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const { claim, ordinals } = await takeUp(its, dispatch, 10);
        await send(its, claim, ordinals.slice(0, 4), accepted, { provider: 'ses' });
        await send(its, claim, ordinals.slice(4, 6), accepted, { provider: 'resend' });
        await send(its, claim, ordinals.slice(6, 7), accepted, { provider: 'ses' });
        await send(its, claim, ordinals.slice(7, 9), failed, { provider: 'sendgrid' });
        const byProvider = (await its.dispatches.stats(dispatch.id))?.byProvider;
        expect(byProvider).toMatchObject({ ses: 5, resend: 2 });
        expect(byProvider?.['sendgrid'] ?? 0).toBe(0);
      });

      it('are of one dispatch only', async () => {
        const [one, other] = [await aDispatch().openedIn(its), await aDispatch().openedIn(its)];
        await deliverAll(its, one, 3, accepted);
        await deliverAll(its, other, 5, failed);
        expect(await countsOf(its, one)).toEqual({ accepted: 3 });
        expect(await countsOf(its, other)).toEqual({ failed: 5 });
      });

      it('lose nothing when many calls are settled at once', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const { claim, ordinals } = await takeUp(its, dispatch, 50);
        await Promise.all(
          ordinals.map((ordinal) =>
            send(its, claim, [ordinal], ordinal % 2 === 0 ? accepted : failed, {
              provider: `p${ordinal % 3}`,
            }),
          ),
        );
        expect(await countsOf(its, dispatch)).toEqual({ accepted: 25, failed: 25 });
        const byProvider = (await its.dispatches.stats(dispatch.id))?.byProvider ?? {};
        expect(Object.values(byProvider).reduce((sum, count) => sum + count, 0)).toBe(25);
      });
    });

    describeCompletion(() => its);
  });
}
