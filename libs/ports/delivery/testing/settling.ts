import { describe, expect, it } from '@jest/globals';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import {
  acme,
  aDispatch,
  allDeliveries,
  aSuppression,
  type DeliveryStores,
  LEASE,
  rival,
  START,
} from './delivery-stores.js';
import {
  accepted,
  aKey,
  allAtOnce,
  claimOne,
  countsOf,
  dead,
  deliveryAt,
  failed,
  hardBounced,
  pendingIn,
  send,
  settle,
  statusesOf,
  submit,
  takeUp,
  throttled,
  tryIntent,
  unavailable,
  unknown,
} from './worker.js';

/** The part of the Ledger contract about outcomes. */
export function describeSettling(stores: () => DeliveryStores): void {
  const work = async (count: number, dispatch = aDispatch()) =>
    takeUp(stores(), await dispatch.openedIn(stores()), count);

  describe('settling', () => {
    it.each([
      ['accepted', accepted, { status: 'accepted', attempts: 1, providerMessageId: 'prov-1' }],
      ['failed', failed, { status: 'failed', attempts: 1, reason: 'mailbox does not exist' }],
      ['dead', dead, { status: 'dead', attempts: 1, reason: 'attempts used up: 503' }],
      ['unknown', unknown, { status: 'unknown', attempts: 1, reason: 'timeout after the bytes left' }],
      ['pending, an attempt spent', unavailable(START + 9), { status: 'pending', attempts: 1 }],
      ['pending, no attempt spent', throttled(START + 9), { status: 'pending', attempts: 0 }],
    ] satisfies [string, Verdict, object][])('records a verdict: %s', async (_, verdict, expected) => {
      const { dispatch, claim, ordinals } = await work(2);
      const key = await submit(stores(), claim, ordinals.slice(0, 1), { provider: 'resend' });
      expect(
        await settle(stores(), claim, key, ordinals.slice(0, 1), verdict, {
          provider: 'resend',
          now: START + 5,
        }),
      ).toBe('settled');
      const row = await deliveryAt(stores(), dispatch, ordinals[0]!);
      expect(row).toMatchObject({ ...expected, provider: 'resend', updatedAt: START + 5 });
      expect(await countsOf(stores(), dispatch)).toEqual(
        expected.status === 'pending' ? { pending: 2 } : { pending: 1, [expected.status]: 1 },
      );
    });

    it('gives each member of a call its own verdict', async () => {
      const { dispatch, claim, ordinals } = await work(6);
      const verdicts = [accepted, failed, dead, unknown, unavailable(START), throttled(START)];
      const key = await submit(stores(), claim, ordinals);
      const answer = await stores().ledger.settle({
        claim,
        key,
        provider: 'ses',
        verdicts: ordinals.map((ordinal, index) => ({ ordinal, verdict: verdicts[index]! })),
        now: START,
      });
      expect(answer).toBe('settled');
      expect(await statusesOf(stores(), dispatch, ordinals)).toEqual([
        'accepted',
        'failed',
        'dead',
        'unknown',
        'pending',
        'pending',
      ]);
      expect(await countsOf(stores(), dispatch)).toEqual({
        accepted: 1,
        failed: 1,
        dead: 1,
        unknown: 1,
        pending: 2,
      });
      expect(await allDeliveries(stores(), { status: 'submitting' })).toEqual([]);
    });

    it('keeps the message id of each', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const key = await submit(stores(), claim, ordinals);
      const verdicts = ordinals.map((ordinal) => ({
        ordinal,
        verdict: { to: 'accepted', providerMessageId: `<${ordinal}.é@ses>` } as const,
      }));
      await stores().ledger.settle({ claim, key, provider: 'ses', verdicts, now: START });
      const rows = await allDeliveries(stores(), { dispatchId: dispatch.id });
      expect(rows.map(({ providerMessageId }) => providerMessageId).sort()).toEqual(
        ordinals.map((one) => `<${one}.é@ses>`),
      );
    });

    it('leaves those that are pending again in the parcel, for the worker to put back', async () => {
      const { claim, ordinals } = await work(3);
      await send(stores(), claim, ordinals.slice(0, 2), unavailable(START + 60_000));
      const parcel = await stores().ledger.load(claim);
      expect(parcel?.members.map(({ ordinal, attempts }) => [ordinal, attempts])).toEqual([
        [ordinals[0], 1],
        [ordinals[1], 1],
        [ordinals[2], 0],
      ]);
      await stores().lanes.finish(
        claim,
        [{ members: [[ordinals[0]!, ordinals[2]!]], dueAt: START + 60_000 }],
        START,
      );
      expect(await pendingIn(stores(), await claimOne(stores(), START + 60_000))).toEqual(ordinals);
    });

    it('counts attempts over all calls', async () => {
      const { dispatch, claim, ordinals } = await work(1);
      for (const verdict of [unavailable(START), throttled(START), unavailable(START), accepted]) {
        await send(stores(), claim, ordinals, verdict);
      }
      expect((await deliveryAt(stores(), dispatch, ordinals[0]!)).attempts).toBe(3);
    });

    it.each(['halted', 'cancelled'] as const)(
      'goes on when the dispatch is %s: what has left has left',
      async (control) => {
        const { dispatch, claim, ordinals } = await work(3);
        const key = await submit(stores(), claim, ordinals.slice(0, 2));
        await stores().dispatches.control(dispatch.id, control, 1);
        expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 2, pending: 1 });
        expect(await settle(stores(), claim, key, ordinals.slice(0, 2), accepted)).toBe('settled');
        expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 2, pending: 1 });
      },
    );
  });

  describe('settling is refused', () => {
    it('the second time', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      const key = await submit(stores(), claim, ordinals);
      expect(await settle(stores(), claim, key, ordinals, unknown)).toBe('settled');
      expect(await settle(stores(), claim, key, ordinals, accepted)).toBe('stale');
      expect(await countsOf(stores(), dispatch)).toEqual({ unknown: 2 });
      expect((await deliveryAt(stores(), dispatch, ordinals[0]!)).attempts).toBe(1);
    });

    it('for all but one of many who settle at once', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const key = await submit(stores(), claim, ordinals);
      const answers = await allAtOnce(10, () => settle(stores(), claim, key, ordinals, accepted));
      expect(answers.filter((answer) => answer === 'settled')).toHaveLength(1);
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 3 });
      expect((await stores().dispatches.stats(dispatch.id))?.byProvider).toEqual({ ses: 3 });
    });

    it('for a call that was never intended', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      await submit(stores(), claim, ordinals);
      expect(await settle(stores(), claim, aKey(), ordinals, accepted)).toBe('stale');
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 2 });
    });

    it('for who was thought dead: the successor finds the call and decides', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const key = await submit(stores(), claim, ordinals);
      const successor = await claimOne(stores(), START + LEASE);
      expect(await settle(stores(), claim, key, ordinals, hardBounced)).toBe('stale');
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 3 });
      expect((await stores().suppressions.page(acme, undefined, { limit: 10 })).data).toEqual([]);
      expect(await settle(stores(), successor, key, ordinals, accepted)).toBe('settled');
      expect(await settle(stores(), claim, key, ordinals, dead)).toBe('stale');
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 3 });
    });

    it('for a fence that was never given out', async () => {
      const { dispatch, claim, ordinals } = await work(1);
      const key = await submit(stores(), claim, ordinals);
      for (const fence of [claim.fence - 1, claim.fence + 1]) {
        expect(await settle(stores(), { ...claim, fence }, key, ordinals, accepted)).toBe('stale');
      }
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 1 });
    });

    it('for the holder of another parcel', async () => {
      const one = await work(1);
      const other = await work(1);
      const key = await submit(stores(), one.claim, one.ordinals);
      expect(await settle(stores(), other.claim, key, other.ordinals, accepted)).toBe('stale');
      expect(await countsOf(stores(), one.dispatch)).toEqual({ submitting: 1 });
      expect(await countsOf(stores(), other.dispatch)).toEqual({ pending: 1 });
    });
  });

  describe('a hard bounce', () => {
    const suppressed = async (workspaceId = acme) =>
      (await stores().suppressions.page(workspaceId, undefined, { limit: 10 })).data;

    it('suppresses the address for everything, in the same step', async () => {
      const { claim, ordinals } = await work(2);
      await send(stores(), claim, ordinals.slice(0, 1), hardBounced, { now: START + 7 });
      expect(await suppressed()).toEqual([
        {
          id: expect.any(String),
          workspaceId: acme,
          address: 'r0@example.com',
          scope: 'all',
          reason: 'hard_bounce',
          at: START + 7,
        },
      ]);
      const next = await work(2, aDispatch().onLane('standard').transactional());
      expect(await tryIntent(stores(), next.claim, next.ordinals)).toEqual({
        kind: 'opened',
        refused: [next.ordinals[0]],
      });
    });

    it('is told of in the same step', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const key = await submit(stores(), claim, ordinals.slice(0, 1));
      const late = { ...claim, fence: claim.fence - 1 };
      expect(await settle(stores(), late, key, ordinals.slice(0, 1), hardBounced)).toBe('stale');
      expect(await stores().untold()).toEqual([]);
      await settle(stores(), claim, key, ordinals.slice(0, 1), hardBounced, { now: START + 7 });
      await send(stores(), claim, ordinals.slice(2), failed);
      expect(await stores().untold()).toEqual([
        {
          type: 'address.gone',
          workspaceId: acme,
          dispatchId: dispatch.id,
          address: 'r0@example.com',
          at: START + 7,
        },
      ]);
    });

    it('of an address that is suppressed already is told all the same', async () => {
      const { claim, ordinals } = await work(1);
      const key = await submit(stores(), claim, ordinals);
      await stores().suppressions.add(aSuppression('r0@example.com', { reason: 'complaint' }));
      await settle(stores(), claim, key, ordinals, hardBounced);
      expect((await stores().untold()).map(({ type }) => type)).toEqual(['address.gone']);
    });

    it('is one of the recipient, not any failure', async () => {
      const { claim, ordinals } = await work(3);
      await send(stores(), claim, ordinals.slice(0, 1), failed);
      await send(stores(), claim, ordinals.slice(1, 2), dead);
      await send(stores(), claim, ordinals.slice(2), unknown);
      expect(await suppressed()).toEqual([]);
    });

    it('leaves a suppression that is in force as it is', async () => {
      const { claim, ordinals } = await work(1);
      const inForce = await stores().suppressions.add(aSuppression('r0@example.com', { workspaceId: rival }));
      const key = await submit(stores(), claim, ordinals);
      const mine = await stores().suppressions.add(aSuppression('r0@example.com', { reason: 'complaint' }));
      expect(await settle(stores(), claim, key, ordinals, hardBounced)).toBe('settled');
      expect(await suppressed()).toEqual([mine]);
      expect(await suppressed(rival)).toEqual([inForce]);
    });

    it('of many at once suppresses each, under an id of its own', async () => {
      const { claim, ordinals } = await work(8);
      await send(stores(), claim, ordinals, hardBounced);
      const rows = await suppressed();
      expect(rows.map(({ address }) => address).sort()).toEqual(
        ordinals.map((_, index) => `r${index}@example.com`),
      );
      expect(new Set(rows.map(({ id }) => id)).size).toBe(8);
    });
  });
}
