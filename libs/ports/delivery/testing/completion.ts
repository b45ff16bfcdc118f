import { describe, expect, it } from '@jest/globals';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import { aDispatch, aSuppression, type DeliveryStores, START, toldOf } from './delivery-stores.js';
import {
  accepted,
  claimOne,
  countsOf,
  dead,
  deliverAll,
  failed,
  pendingIn,
  send,
  settle,
  submit,
  takeUp,
  throttled,
  tryIntent,
  unknown,
  type Work,
} from './worker.js';

const COMPLETED = 'dispatch.completed';
const REOPENED = 'dispatch.reopened';

/** The part of the Dispatches contract about being done: `dispatch.completed` and `dispatch.reopened`. */
export function describeCompletion(stores: () => DeliveryStores): void {
  /** A sealed dispatch with its messages in one worker's hands. */
  const sealedWork = async (count: number, dispatch = aDispatch().build()): Promise<Work> => {
    await stores().dispatches.open(dispatch);
    const work = await takeUp(stores(), dispatch, count);
    await stores().dispatches.seal(dispatch.id);
    return work;
  };
  const told = (dispatch: Dispatch): Promise<string[]> => toldOf(stores(), dispatch);

  describe('completion', () => {
    it('shows that it is sealed', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await stores().dispatches.seal(dispatch.id);
      expect((await stores().dispatches.find(dispatch.id))?.sealed).toBe(true);
      expect((await stores().dispatches.stats(dispatch.id))?.sealed).toBe(true);
    });

    it('comes at once to a sealed dispatch without recipients', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      expect(await told(dispatch)).toEqual([]);
      await stores().dispatches.seal(dispatch.id);
      expect(await stores().untold()).toEqual([
        { type: COMPLETED, workspaceId: dispatch.workspaceId, dispatchId: dispatch.id },
      ]);
    });

    it('comes with the sealing when everything was done before', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await deliverAll(stores(), dispatch, 3, accepted);
      expect(await told(dispatch)).toEqual([]);
      await stores().dispatches.seal(dispatch.id);
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });

    it('is told once, however often it is sealed', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await Promise.all([1, 2, 3].map(() => stores().dispatches.seal(dispatch.id)));
      await stores().dispatches.seal(dispatch.id);
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });

    it('waits for the last message that is pending or submitting', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(3);
      await send(stores(), claim, [ordinals[0]!], accepted);
      const key = await submit(stores(), claim, [ordinals[1]!, ordinals[2]!]);
      expect(await told(dispatch)).toEqual([]);
      const verdicts = [
        { ordinal: ordinals[1]!, verdict: accepted },
        { ordinal: ordinals[2]!, verdict: throttled(START) },
      ];
      await stores().ledger.settle({ claim, key, provider: 'ses', verdicts, now: START });
      expect(await told(dispatch)).toEqual([]);
      await send(stores(), claim, [ordinals[2]!], failed);
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });

    it.each([
      ['accepted', accepted],
      ['failed', failed],
      ['dead', dead],
      ['unknown', unknown],
    ] as const)('counts a message that is %s as done', async (_, verdict) => {
      const { dispatch, claim, ordinals } = await sealedWork(2);
      await send(stores(), claim, ordinals, verdict);
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });

    it.each(['cancelled', 'expired', 'dead'] as const)(
      'comes when the last ones are discarded as %s',
      async (to) => {
        const { dispatch, claim, ordinals } = await sealedWork(3);
        await send(stores(), claim, ordinals.slice(0, 1), accepted);
        await stores().ledger.discard(claim, ordinals.slice(1), to, 'no longer wanted', START);
        expect(await told(dispatch)).toEqual([COMPLETED]);
      },
    );

    it('comes when all that was left is suppressed', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(2);
      await send(stores(), claim, ordinals.slice(0, 1), accepted);
      await stores().suppressions.add(aSuppression('r1@example.com'));
      expect(await tryIntent(stores(), claim, ordinals.slice(1))).toEqual({ kind: 'empty' });
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });

    it('comes when all that was left cannot be rendered', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(1);
      const unsendable = [{ ordinal: ordinals[0]!, reason: 'missing_variable: name' }];
      expect(await tryIntent(stores(), claim, [], { unsendable })).toEqual({ kind: 'empty' });
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });

    it('comes when all that was left has expired', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(
        2,
        aDispatch()
          .expiringAt(START + 10)
          .build(),
      );
      expect(await tryIntent(stores(), claim, ordinals, { now: START + 10 })).toEqual({ kind: 'expired' });
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });

    it('does not come with a cancellation, but when what it left behind is gone', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(2);
      await stores().dispatches.control(dispatch.id, 'cancelled', 1);
      expect(await told(dispatch)).toEqual([]);
      await stores().ledger.discard(claim, ordinals, 'cancelled', 'cancelled', START);
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });

    it('is told once when the last messages are settled side by side', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(40);
      const keys = await Promise.all(ordinals.map((ordinal) => submit(stores(), claim, [ordinal])));
      await Promise.all(
        ordinals.map((ordinal, index) => settle(stores(), claim, keys[index]!, [ordinal], accepted)),
      );
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });

    it('is told of each dispatch by itself', async () => {
      const one = await sealedWork(1);
      const other = await sealedWork(1);
      await send(stores(), other.claim, other.ordinals, accepted);
      expect(await told(one.dispatch)).toEqual([]);
      expect(await told(other.dispatch)).toEqual([COMPLETED]);
    });
  });

  describe('reopening', () => {
    const retry = (dispatch: Dispatch, ordinal: number) =>
      stores().failedMessages.retryOne(dispatch.workspaceId, deliveryId(dispatch.id, ordinal), START);

    it('is told when a dead message of a completed dispatch is retried, and completion again after it', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(2);
      await send(stores(), claim, ordinals, dead);
      await stores().lanes.finish(claim, [], START);
      expect(await told(dispatch)).toEqual([COMPLETED]);

      expect(await retry(dispatch, ordinals[0]!)).toBe('retried');
      expect(await told(dispatch)).toEqual([COMPLETED, REOPENED]);

      const again = await claimOne(stores(), START);
      await send(stores(), again, await pendingIn(stores(), again), accepted);
      expect(await told(dispatch)).toEqual([COMPLETED, REOPENED, COMPLETED]);
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 1, dead: 1 });
    });

    it('is told once, however many are retried', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(20);
      await send(stores(), claim, ordinals, dead);
      await stores().lanes.finish(claim, [], START);
      await Promise.all(ordinals.slice(0, 10).map((ordinal) => retry(dispatch, ordinal)));
      await stores().failedMessages.retry(dispatch.workspaceId, {}, 100, START);
      expect(await told(dispatch)).toEqual([COMPLETED, REOPENED]);
    });

    it('is not told of a dispatch that was not completed yet', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(2);
      await send(stores(), claim, ordinals.slice(0, 1), dead);
      await retry(dispatch, ordinals[0]!);
      expect(await told(dispatch)).toEqual([]);
    });

    it('is not told when a dead message is resolved: the dispatch stays complete', async () => {
      const { dispatch, claim, ordinals } = await sealedWork(1);
      await send(stores(), claim, ordinals, dead);
      const id = deliveryId(dispatch.id, ordinals[0]!);
      await stores().failedMessages.resolve(dispatch.workspaceId, id, 'customer was called', START);
      expect(await told(dispatch)).toEqual([COMPLETED]);
    });
  });
}
