import { describe, expect, it } from '@jest/globals';
import { deliveryId, type DeliveryId } from '#domain/delivery/model/delivery.js';
import {
  acme,
  aDispatch,
  aSuppression,
  type DeliveryStores,
  HOUR,
  recipients,
  rival,
  START,
} from './delivery-stores.js';
import {
  accepted,
  claimAll,
  claimOne,
  countsOf,
  dead,
  deliverAll,
  deliveryAt,
  pendingIn,
  send,
  takeUp,
  tryIntent,
  unavailable,
} from './worker.js';

/** The part of the FailedMessages contract about `retry` and `retryOne`. */
export function describeRetrying(stores: () => DeliveryStores, page: number): void {
  const deadOnes = async (count: number, dispatch = aDispatch()) => {
    const opened = await dispatch.openedIn(stores());
    const ordinals = await deliverAll(stores(), opened, count, dead);
    return { dispatch: opened, ordinals, ids: ordinals.map((ordinal) => deliveryId(opened.id, ordinal)) };
  };
  const retryOne = (id: DeliveryId, workspaceId = acme, now = START) =>
    stores().failedMessages.retryOne(workspaceId, id, now);
  const retry = (...args: Parameters<DeliveryStores['failedMessages']['retry']>) =>
    stores().failedMessages.retry(...args);

  describe('retrying one', () => {
    it('puts it back on its lane with fresh attempts and its history', async () => {
      const dispatch = await aDispatch().onLane('standard').openedIn(stores());
      const { claim, ordinals } = await takeUp(stores(), dispatch, 2);
      await send(stores(), claim, ordinals, unavailable(START));
      await send(stores(), claim, ordinals, dead);
      await stores().lanes.finish(claim, [], START);

      expect(await retryOne(deliveryId(dispatch.id, ordinals[0]!), acme, START + HOUR)).toBe('retried');

      const row = await deliveryAt(stores(), dispatch, ordinals[0]!);
      expect(row).toMatchObject({ status: 'pending', attempts: 0, updatedAt: START + HOUR });
      expect(row.history.map(({ outcome }) => outcome)).toEqual(['retry', 'dead']);
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 1, dead: 1 });

      const again = await claimOne(stores(), START + HOUR, 'standard');
      const parcel = await stores().ledger.load(again);
      expect(parcel?.members).toMatchObject([
        { ordinal: ordinals[0], address: 'r0@example.com', attempts: 0 },
      ]);
      await send(stores(), again, [ordinals[0]!], accepted);
      expect(await deliveryAt(stores(), dispatch, ordinals[0]!)).toMatchObject({
        status: 'accepted',
        attempts: 1,
      });
    });

    it('gives it a day to find a provider, whatever the dispatch had', async () => {
      const { dispatch, ids } = await deadOnes(1, aDispatch().givingUpAt(START));
      await retryOne(ids[0]!, acme, START + 3 * HOUR);
      const claim = await claimOne(stores(), START + 3 * HOUR);
      expect(claim).toMatchObject({ dispatchId: dispatch.id, receives: 1, giveUpAt: START + 27 * HOUR });
      await stores().lanes.finish(
        claim,
        [{ members: claim.members, dueAt: START + 4 * HOUR }],
        START + 3 * HOUR,
      );
      expect((await claimOne(stores(), START + 4 * HOUR)).giveUpAt).toBe(START + 27 * HOUR);
    });

    it('sends once, however often it is asked', async () => {
      const { dispatch, ids } = await deadOnes(1);
      const answers = await Promise.all(Array.from({ length: 10 }, () => retryOne(ids[0]!)));
      expect(answers.filter((answer) => answer === 'retried')).toHaveLength(1);
      expect(new Set(answers)).toEqual(new Set(['retried', 'not_dead']));
      const claims = await claimAll(stores(), START);
      const pending = (await Promise.all(claims.map((claim) => pendingIn(stores(), claim)))).flat();
      expect(pending).toHaveLength(1);
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 1 });
    });

    it('is for the dead of the own workspace', async () => {
      const { dispatch, ids } = await deadOnes(1, aDispatch().inWorkspace(rival));
      expect(await retryOne(ids[0]!)).toBe('missing');
      expect(await retryOne(deliveryId(dispatch.id, 4711), rival)).toBe('missing');
      expect(await retryOne('dlv_nonsense' as DeliveryId)).toBe('missing');
      expect(await countsOf(stores(), dispatch)).toEqual({ dead: 1 });
    });

    it('is not for a message that is anything but dead', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      const [ordinal] = await deliverAll(stores(), dispatch, 1, accepted);
      expect(await retryOne(deliveryId(dispatch.id, ordinal!))).toBe('not_dead');
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 1 });
    });

    it('waits with the others while the dispatch is halted', async () => {
      const { dispatch, ids } = await deadOnes(1);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      expect(await retryOne(ids[0]!)).toBe('retried');
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 1 });
      await stores().dispatches.control(dispatch.id, 'open', 2);
      expect(await pendingIn(stores(), await claimOne(stores(), START))).toHaveLength(1);
    });

    it('does not get past a suppression that came since', async () => {
      const { dispatch, ids, ordinals } = await deadOnes(1);
      await stores().suppressions.add(aSuppression('r0@example.com', { reason: 'complaint' }));
      await retryOne(ids[0]!);
      expect(await tryIntent(stores(), await claimOne(stores(), START), ordinals)).toEqual({ kind: 'empty' });
      expect(await countsOf(stores(), dispatch)).toEqual({ suppressed: 1 });
    });
  });

  describe('retrying many', () => {
    it('moves what the filter takes, and says how many', async () => {
      const one = await deadOnes(3);
      const other = await deadOnes(4);
      expect(await retry(acme, { dispatchId: one.dispatch.id }, 100, START)).toEqual({ retried: 3 });
      expect(await countsOf(stores(), one.dispatch)).toEqual({ pending: 3 });
      expect(await countsOf(stores(), other.dispatch)).toEqual({ dead: 4 });
      expect(await retry(acme, { reason: 'another reason' }, 100, START)).toEqual({ retried: 0 });
      expect(
        await retry(
          acme,
          { provider: 'ses', lane: 'bulk', reason: dead.to === 'dead' ? dead.reason : '' },
          100,
          START,
        ),
      ).toEqual({ retried: 4 });
    });

    it('works through no more than the limit; asking on takes the rest', async () => {
      const { dispatch } = await deadOnes(10);
      expect(await retry(acme, {}, 4, START)).toEqual({ retried: 4 });
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 4, dead: 6 });
      expect(await retry(acme, {}, 4, START)).toEqual({ retried: 4 });
      expect(await retry(acme, {}, 4, START)).toEqual({ retried: 2 });
      expect(await retry(acme, {}, 4, START)).toEqual({ retried: 0 });
      const claims = await claimAll(stores(), START);
      const pending = (await Promise.all(claims.map((claim) => pendingIn(stores(), claim)))).flat();
      expect(new Set(pending).size).toBe(10);
    });

    it('sends each once when several people ask at the same time', async () => {
      const { dispatch } = await deadOnes(30);
      const answers = await Promise.all(Array.from({ length: 6 }, () => retry(acme, {}, 10, START)));
      const retried = answers.reduce((sum, answer) => sum + answer.retried, 0);
      expect(await countsOf(stores(), dispatch)).toEqual(
        retried === 30 ? { pending: 30 } : { pending: retried, dead: 30 - retried },
      );
      const claims = await claimAll(stores(), START);
      const pending = (await Promise.all(claims.map((claim) => pendingIn(stores(), claim)))).flat();
      expect(pending).toHaveLength(retried);
      expect(new Set(pending).size).toBe(retried);
      expect(retried).toBeGreaterThanOrEqual(10);
    });

    it('leaves the dead of other workspaces alone', async () => {
      const theirs = await deadOnes(3, aDispatch().inWorkspace(rival));
      expect(await retry(acme, {}, 100, START)).toEqual({ retried: 0 });
      expect(await retry(acme, { dispatchId: theirs.dispatch.id }, 100, START)).toEqual({ retried: 0 });
      expect(await countsOf(stores(), theirs.dispatch)).toEqual({ dead: 3 });
    });

    it('takes more than one parcel holds', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      for (const from of [0, page]) {
        await stores().ledger.accept(dispatch.id, recipients(page, { from }), START);
        for (const claim of await claimAll(stores(), START)) {
          await stores().ledger.discard(
            claim,
            await pendingIn(stores(), claim),
            'dead',
            'time used up',
            START,
          );
          await stores().lanes.finish(claim, [], START);
        }
      }
      const most = page * 1.5;
      expect(await retry(acme, {}, most, START)).toEqual({ retried: most });
      const claims = await claimAll(stores(), START);
      const pending = await Promise.all(claims.map((claim) => pendingIn(stores(), claim)));
      for (const members of pending) expect(members.length).toBeLessThanOrEqual(1000);
      expect(new Set(pending.flat()).size).toBe(most);
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: most, dead: page / 2 });
    });
  });

  describe('a cancelled dispatch', () => {
    it('has its dead retried never again', async () => {
      const { dispatch, ids } = await deadOnes(2);
      const open = await deadOnes(1);
      await stores().dispatches.control(dispatch.id, 'cancelled', 1);
      expect(await retryOne(ids[0]!)).not.toBe('retried');
      expect(await retry(acme, { dispatchId: dispatch.id }, 100, START)).toEqual({ retried: 0 });
      expect(await retry(acme, {}, 1, START)).toEqual({ retried: 1 });
      expect(await countsOf(stores(), dispatch)).toEqual({ dead: 2 });
      expect(await countsOf(stores(), open.dispatch)).toEqual({ pending: 1 });
    });
  });
}
