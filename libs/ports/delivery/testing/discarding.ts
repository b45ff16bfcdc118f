import { describe, expect, it } from '@jest/globals';
import { acme, aDispatch, type DeliveryStores, LEASE, START } from './delivery-stores.js';
import {
  accepted,
  claimOne,
  countsOf,
  deliveryAt,
  pendingIn,
  send,
  settle,
  statusesOf,
  submit,
  takeUp,
  unavailable,
} from './worker.js';

/** The part of the Ledger contract about messages that end without a call. */
export function describeDiscarding(stores: () => DeliveryStores): void {
  const work = async (count: number) => takeUp(stores(), await aDispatch().openedIn(stores()), count);

  describe('discarding', () => {
    it.each(['cancelled', 'expired', 'dead'] as const)('moves members to %s, with the reason', async (to) => {
      const { dispatch, claim, ordinals } = await work(4);
      await stores().ledger.discard(claim, ordinals.slice(0, 3), to, 'not wanted any more', START + 5);
      const row = await deliveryAt(stores(), dispatch, ordinals[0]!);
      expect(row).toMatchObject({
        status: to,
        reason: 'not wanted any more',
        attempts: 0,
        updatedAt: START + 5,
      });
      expect(await countsOf(stores(), dispatch)).toEqual({ [to]: 3, pending: 1 });
      expect(await pendingIn(stores(), claim)).toEqual(ordinals.slice(3));
    });

    it('makes dead ones failed messages', async () => {
      const { claim, ordinals } = await work(2);
      await stores().ledger.discard(claim, ordinals, 'dead', 'time used up: no provider took it', START);
      const page = await stores().failedMessages.page(acme, {}, { limit: 10 });
      expect(page.data.map(({ reason }) => reason)).toEqual(
        Array(2).fill('time used up: no provider took it'),
      );
    });

    it('keeps what a message has been through', async () => {
      const { dispatch, claim, ordinals } = await work(1);
      await send(stores(), claim, ordinals, unavailable(START));
      await stores().ledger.discard(claim, ordinals, 'dead', 'time used up', START);
      const { attempts, history } = await deliveryAt(stores(), dispatch, ordinals[0]!);
      expect({ attempts, calls: history.length }).toEqual({ attempts: 1, calls: 1 });
    });

    it('leaves alone what has been settled', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      await send(stores(), claim, ordinals.slice(0, 1), accepted);
      await stores().ledger.discard(claim, ordinals.slice(1, 2), 'expired', 'late', START);
      await stores().ledger.discard(claim, ordinals, 'cancelled', 'cancelled', START);
      await stores().ledger.discard(claim, ordinals, 'dead', 'again', START);
      expect(await statusesOf(stores(), dispatch, ordinals)).toEqual(['accepted', 'expired', 'cancelled']);
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 1, expired: 1, cancelled: 1 });
    });

    it('leaves alone what may have been sent: a call under way is settled first', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const key = await submit(stores(), claim, ordinals.slice(0, 2));
      await stores().ledger.discard(claim, ordinals, 'cancelled', 'cancelled', START);
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 2, cancelled: 1 });
      expect(await settle(stores(), claim, key, ordinals.slice(0, 2), accepted)).toBe('settled');
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 2, cancelled: 1 });
    });

    it('is not for whoever held the parcel before', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      await claimOne(stores(), START + LEASE);
      await stores().ledger.discard(claim, ordinals, 'cancelled', 'cancelled', START);
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 2 });
    });
  });
}
