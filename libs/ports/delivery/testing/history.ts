import { describe, expect, it } from '@jest/globals';
import { aDispatch, allDeliveries, type DeliveryStores, START } from './delivery-stores.js';
import {
  accepted,
  aKey,
  dead,
  deliveryAt,
  failed,
  send,
  settle,
  submit,
  takeUp,
  throttled,
  unavailable,
  unknown,
} from './worker.js';

/** The part of the Ledger contract about what a message has been through. */
export function describeHistory(stores: () => DeliveryStores): void {
  const work = async (count: number) => takeUp(stores(), await aDispatch().openedIn(stores()), count);

  describe('the history of a delivery', () => {
    it('tells of every call that did not end in acceptance, in order', async () => {
      const { dispatch, claim, ordinals } = await work(1);
      const calls = [
        { verdict: throttled(START), provider: 'ses', key: aKey(), now: START + 1 },
        { verdict: unavailable(START), provider: 'resend', key: aKey(), now: START + 2 },
        { verdict: unknown, provider: 'sendgrid', key: aKey(), now: START + 3 },
      ];
      for (const { verdict, ...how } of calls) await send(stores(), claim, ordinals, verdict, how);
      expect((await deliveryAt(stores(), dispatch, ordinals[0]!)).history).toEqual([
        {
          at: START + 1,
          provider: 'ses',
          key: calls[0]!.key,
          outcome: 'throttled',
          detail: 'too many requests',
        },
        {
          at: START + 2,
          provider: 'resend',
          key: calls[1]!.key,
          outcome: 'retry',
          detail: 'connection refused',
        },
        {
          at: START + 3,
          provider: 'sendgrid',
          key: calls[2]!.key,
          outcome: 'unknown',
          detail: 'timeout after the bytes left',
        },
      ]);
    });

    it.each([
      ['failed', failed],
      ['dead', dead],
      ['unknown', unknown],
    ] as const)('ends with the call that made it %s', async (outcome, verdict) => {
      const { dispatch, claim, ordinals } = await work(1);
      const key = await submit(stores(), claim, ordinals);
      await settle(stores(), claim, key, ordinals, verdict);
      const { history } = await deliveryAt(stores(), dispatch, ordinals[0]!);
      expect(history).toEqual([{ at: START, provider: 'ses', key, outcome, detail: expect.any(String) }]);
    });

    it('stays when the message is accepted after all', async () => {
      const { dispatch, claim, ordinals } = await work(1);
      await send(stores(), claim, ordinals, unavailable(START));
      await send(stores(), claim, ordinals, accepted);
      const { history, status } = await deliveryAt(stores(), dispatch, ordinals[0]!);
      expect(status).toBe('accepted');
      expect(history.filter(({ outcome }) => outcome !== 'accepted')).toHaveLength(1);
    });

    it('is listed with the delivery too', async () => {
      const { claim, ordinals, dispatch } = await work(1);
      await send(stores(), claim, ordinals, unknown);
      const [listed] = await allDeliveries(stores(), { status: 'unknown' });
      expect(listed).toEqual(await deliveryAt(stores(), dispatch, ordinals[0]!));
    });
  });
}
