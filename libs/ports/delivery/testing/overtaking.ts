import { describe, expect, it } from '@jest/globals';
import { aDispatch, START } from './delivery-stores.js';
import { aReport, everySuppression, report, type ReportStores, told } from './reporting.js';
import {
  accepted,
  countsOf,
  send,
  settle,
  statusesOf,
  submit,
  takeUp,
  unavailable,
  unknown,
} from './worker.js';

const permanent = true;

/** A provider's callback may come before its answer has. */
export function describeOvertaking(stores: () => ReportStores): void {
  describe('a callback that overtakes the answer to our own call', () => {
    it('counts when the call is settled, and was told of at once', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      const { claim, ordinals } = await takeUp(stores(), dispatch, 3);
      const key = await submit(stores(), claim, ordinals);
      const events = [aReport(dispatch, 1, 'delivered'), aReport(dispatch, 2, 'bounced', { permanent })];
      expect(await report(stores(), events)).toMatchObject({ applied: 2 });
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 3 });
      expect(await told(stores())).toHaveLength(2);
      expect((await everySuppression(stores())).map(({ address }) => address)).toEqual(['r2@example.com']);
      expect(await settle(stores(), claim, key, ordinals, accepted)).toBe('settled');
      expect(await statusesOf(stores(), dispatch, ordinals)).toEqual(['accepted', 'delivered', 'bounced']);
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 1, delivered: 1, bounced: 1 });
      expect((await stores().dispatches.stats(dispatch.id))?.byProvider).toEqual({ ses: 3 });
    });

    it('settles a call whose answer never came', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      const { claim, ordinals } = await takeUp(stores(), dispatch, 2);
      const key = await submit(stores(), claim, ordinals);
      await report(stores(), aReport(dispatch, 0, 'delivered'));
      await settle(stores(), claim, key, ordinals, unknown);
      expect(await statusesOf(stores(), dispatch, ordinals)).toEqual(['delivered', 'unknown']);
      expect(await countsOf(stores(), dispatch)).toEqual({ delivered: 1, unknown: 1 });
    });

    it('waits while the message is tried again', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      const { claim, ordinals } = await takeUp(stores(), dispatch, 1);
      const key = await submit(stores(), claim, ordinals);
      await report(stores(), aReport(dispatch, 0, 'delivered'));
      await settle(stores(), claim, key, ordinals, unavailable(START));
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 1 });
      await send(stores(), claim, ordinals, accepted);
      expect(await countsOf(stores(), dispatch)).toEqual({ delivered: 1 });
    });
  });
}
