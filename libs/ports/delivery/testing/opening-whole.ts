import { describe, expect, it } from '@jest/globals';
import {
  aDispatch,
  allDeliveries,
  type DeliveryStores,
  recipients,
  START,
  toldOf,
} from './delivery-stores.js';
import { accepted, allAtOnce, claimAll, claimOne, countsOf, ordinalsOf, send } from './worker.js';
import { WHOLE_AT_MOST } from '../ledger.js';

/** The part of the Ledger contract about `openWhole`. */
export function describeOpeningWhole(stores: () => DeliveryStores): void {
  const code = () => aDispatch().onLane('critical').transactional().onUnknown('resend').build();
  const openWhole = (dispatch: ReturnType<typeof code>, count: number, now = START) =>
    stores().ledger.openWhole(dispatch, recipients(count), now);
  const claims = (now = START) => claimAll(stores(), now, 'critical');

  describe('opening a dispatch whole', () => {
    it.each([1, WHOLE_AT_MOST])('keeps it as it was given, sealed, with its %i recipients', async (count) => {
      const dispatch = code();
      expect(await openWhole(dispatch, count)).toEqual({ added: count });
      expect(await stores().dispatches.find(dispatch.id)).toEqual({
        dispatch,
        control: 'open',
        sealed: true,
      });
      const claim = await claimOne(stores(), START, 'critical');
      const parcel = await stores().ledger.load(claim);
      expect(parcel?.dispatch).toEqual(dispatch);
      expect(parcel?.members.map(({ address, ref, data }) => ({ address, ref, data }))).toEqual(
        recipients(count),
      );
    });

    it('is done as soon as the last of it is', async () => {
      const dispatch = code();
      await openWhole(dispatch, 2);
      expect(await toldOf(stores(), dispatch)).toEqual([]);
      const claim = await claimOne(stores(), START, 'critical');
      await send(stores(), claim, ordinalsOf(claim), accepted);
      expect(await toldOf(stores(), dispatch)).toEqual(['dispatch.completed']);
    });

    it('changes nothing the second time, whatever has become of it', async () => {
      const dispatch = code();
      await openWhole(dispatch, 2);
      expect(await openWhole(dispatch, 2)).toEqual({ added: 0 });
      const claim = await claimOne(stores(), START, 'critical');
      await send(stores(), claim, ordinalsOf(claim), accepted);
      await stores().lanes.finish(claim, [], START);
      expect(await openWhole(dispatch, 2)).toEqual({ added: 0 });
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 2 });
      expect(await claims()).toEqual([]);
      expect(await toldOf(stores(), dispatch)).toEqual(['dispatch.completed']);
    });

    it('opens one when many ask for it at once', async () => {
      const dispatch = code();
      const answers = await allAtOnce(20, () => openWhole(dispatch, 1));
      expect(answers.reduce((sum, { added }) => sum + added, 0)).toBe(1);
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 1 });
      expect(await claims()).toHaveLength(1);
    });

    it('finishes what was opened step by step and left in the middle', async () => {
      const dispatch = code();
      await stores().dispatches.open(dispatch);
      await stores().ledger.accept(dispatch.id, recipients(1), START);
      expect(await openWhole(dispatch, 3)).toEqual({ added: 2 });
      expect((await stores().dispatches.find(dispatch.id))?.sealed).toBe(true);
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 3 });
      expect(await allDeliveries(stores(), { dispatchId: dispatch.id })).toHaveLength(3);
    });

    it('accepts nobody of one that was cancelled before it was opened, and is done with it', async () => {
      const dispatch = code();
      await stores().dispatches.control(dispatch.id, 'cancelled', 3);
      expect(await openWhole(dispatch, 2)).toEqual({ added: 0 });
      expect(await stores().dispatches.find(dispatch.id)).toEqual({
        dispatch,
        control: 'cancelled',
        sealed: true,
      });
      expect(await claims()).toEqual([]);
      expect(await countsOf(stores(), dispatch)).toEqual({});
      expect(await toldOf(stores(), dispatch)).toEqual(['dispatch.completed']);
    });

    it('never sends what is cancelled at the same time, whoever comes first', async () => {
      const dispatch = code();
      await Promise.all([
        openWhole(dispatch, 1),
        stores().dispatches.control(dispatch.id, 'cancelled', 1),
        openWhole(dispatch, 1),
      ]);
      expect((await stores().dispatches.stats(dispatch.id))?.control).toBe('cancelled');
      for (const claim of await claims()) {
        const intent = { claim, key: 'call_1', provider: 'ses', ordinals: ordinalsOf(claim), unsendable: [] };
        expect(await stores().ledger.openIntent({ ...intent, now: START })).toEqual({ kind: 'cancelled' });
      }
    });
  });
}
