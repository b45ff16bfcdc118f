import { describe, expect, it } from '@jest/globals';
import { aDispatch, allDeliveries, type DeliveryStores, LEASE, START } from './delivery-stores.js';
import {
  accepted,
  allAtOnce,
  claimOne,
  countsOf,
  dead,
  deliveryAt,
  pendingIn,
  send,
  settle,
  statusesOf,
  submit,
  takeUp,
  throttled,
  tryIntent,
} from './worker.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';

/** The part of the Ledger contract about intents that are made, wholly or in part. */
export function describeOpeningIntents(stores: () => DeliveryStores): void {
  const work = async (count: number) => takeUp(stores(), await aDispatch().openedIn(stores()), count);

  describe('an open intent', () => {
    it('makes its members submitting, and no others', async () => {
      const { dispatch, claim, ordinals } = await work(5);
      expect(await tryIntent(stores(), claim, ordinals.slice(0, 3))).toEqual({ kind: 'opened', refused: [] });
      expect(await statusesOf(stores(), dispatch, ordinals)).toEqual([
        'submitting',
        'submitting',
        'submitting',
        'pending',
        'pending',
      ]);
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 3, pending: 2 });
      const submitting = await allDeliveries(stores(), { status: 'submitting' });
      expect(submitting.map(({ id }) => id).sort()).toEqual(
        ordinals.slice(0, 3).map((one) => deliveryId(dispatch.id, one)),
      );
      expect(await allDeliveries(stores(), { status: 'pending' })).toHaveLength(2);
    });

    it('spends no attempt by itself', async () => {
      const { dispatch, claim, ordinals } = await work(1);
      await submit(stores(), claim, ordinals);
      expect(await deliveryAt(stores(), dispatch, ordinals[0]!)).toMatchObject({ attempts: 0, history: [] });
    });

    it('stands beside others of the same parcel', async () => {
      const { dispatch, claim, ordinals } = await work(6);
      await Promise.all([0, 2, 4].map((at) => submit(stores(), claim, ordinals.slice(at, at + 2))));
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 6 });
      expect(await pendingIn(stores(), claim)).toEqual([]);
    });

    it('outlives whoever made it', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const key = await submit(stores(), claim, ordinals);
      const successor = await claimOne(stores(), START + LEASE);
      const parcel = await stores().ledger.load(successor);
      expect(parcel?.orphans.map((orphan) => orphan.key)).toEqual([key]);
      expect(parcel?.members).toEqual([]);
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 3 });
    });

    it('can be made again for members that came back', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      await send(stores(), claim, ordinals, throttled(START));
      await send(stores(), claim, ordinals, accepted);
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 2 });
    });
  });

  describe('members that cannot be sent at all', () => {
    it('are failed in the same step', async () => {
      const { dispatch, claim, ordinals } = await work(4);
      const unsendable = [{ ordinal: ordinals[1]!, reason: 'missing_variable: name' }];
      const others = ordinals.filter((_, index) => index !== 1);
      expect(await tryIntent(stores(), claim, others, { unsendable })).toEqual({
        kind: 'opened',
        refused: [],
      });
      const row = await deliveryAt(stores(), dispatch, ordinals[1]!);
      expect(row).toMatchObject({
        status: 'failed',
        reason: 'missing_variable: name',
        attempts: 0,
        history: [],
      });
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 3, failed: 1 });
    });

    it('leave no intent when they were all there was', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      const unsendable = ordinals.map((ordinal) => ({ ordinal, reason: 'render_too_large' }));
      expect(await tryIntent(stores(), claim, [], { unsendable })).toEqual({ kind: 'empty' });
      expect(await stores().ledger.load(claim)).toMatchObject({ members: [], orphans: [] });
      expect(await countsOf(stores(), dispatch)).toEqual({ failed: 2 });
    });

    it('stay as they are when they are no longer pending', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      await send(stores(), claim, [ordinals[0]!], accepted);
      await submit(stores(), claim, [ordinals[1]!]);
      const unsendable = [ordinals[0]!, ordinals[1]!].map((ordinal) => ({ ordinal, reason: 'too late' }));
      expect(await tryIntent(stores(), claim, [ordinals[2]!], { unsendable })).toEqual({
        kind: 'opened',
        refused: [],
      });
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 1, submitting: 2 });
    });
  });

  describe('members that are no longer pending', () => {
    it('are refused, and the others go', async () => {
      const { dispatch, claim, ordinals } = await work(4);
      await send(stores(), claim, [ordinals[0]!], accepted);
      await stores().ledger.discard(claim, [ordinals[2]!], 'dead', 'poison', START);
      const answer = await tryIntent(stores(), claim, ordinals);
      expect(answer).toMatchObject({ kind: 'opened' });
      expect(answer.kind === 'opened' && [...answer.refused].sort()).toEqual([ordinals[0], ordinals[2]]);
      expect(await statusesOf(stores(), dispatch, ordinals)).toEqual([
        'accepted',
        'submitting',
        'dead',
        'submitting',
      ]);
    });

    it('are refused while another intent has them', async () => {
      const { dispatch, claim, ordinals } = await work(4);
      const first = await submit(stores(), claim, ordinals.slice(0, 2));
      const answer = await tryIntent(stores(), claim, ordinals, { key: 'call_second' });
      expect(answer.kind === 'opened' && [...answer.refused].sort()).toEqual(ordinals.slice(0, 2));
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 4 });
      expect(await settle(stores(), claim, first, ordinals.slice(0, 2), accepted)).toBe('settled');
      expect(await settle(stores(), claim, 'call_second', ordinals.slice(2), accepted)).toBe('settled');
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 4 });
    });

    it('leave no intent when they were all there was', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      const key = await submit(stores(), claim, ordinals);
      expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: 'empty' });
      await settle(stores(), claim, key, ordinals, accepted);
      expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: 'empty' });
      expect(await stores().ledger.load(claim)).toMatchObject({ orphans: [] });
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 2 });
    });

    it('are in one intent only when many ask for them at once', async () => {
      const { dispatch, claim, ordinals } = await work(10);
      const answers = await allAtOnce(10, (at) =>
        tryIntent(stores(), claim, ordinals.slice(at).concat(ordinals.slice(0, at))),
      );
      const granted = answers.map((answer) =>
        answer.kind === 'opened' ? ordinals.length - answer.refused.length : 0,
      );
      expect(granted.reduce((sum, count) => sum + count, 0)).toBe(10);
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 10 });
      const parcel = await stores().ledger.load(await claimOne(stores(), START + LEASE));
      const members = parcel?.orphans.flatMap((orphan) => orphan.members.map(({ ordinal }) => ordinal)) ?? [];
      expect(members.sort((a, b) => a - b)).toEqual(ordinals);
    });

    it('are not given out by a second parcel that has them too', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      await send(stores(), claim, ordinals, dead);
      // An operator retries it while the worker still has the parcel, which thereby has a twin.
      await stores().failedMessages.retryOne(
        dispatch.workspaceId,
        deliveryId(dispatch.id, ordinals[1]!),
        START,
      );
      const key = await submit(stores(), claim, [ordinals[1]!]);
      const twin = await claimOne(stores(), START);
      expect(await stores().ledger.load(twin)).toMatchObject({ members: [] });
      expect(await tryIntent(stores(), twin, [ordinals[1]!])).toEqual({ kind: 'empty' });
      expect(await settle(stores(), claim, key, [ordinals[1]!], accepted)).toBe('settled');
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 1, dead: 2 });
    });
  });
}
