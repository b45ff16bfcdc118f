import { describe, expect, it } from '@jest/globals';
import { aDispatch, aSuppression, type DeliveryStores, LEASE, rival, START } from './delivery-stores.js';
import {
  accepted,
  allAtOnce,
  claimOne,
  countsOf,
  deliveryAt,
  pendingIn,
  send,
  settle,
  submit,
  takeUp,
  tryIntent,
} from './worker.js';

/** The part of the Ledger contract about sends that must not start. */
export function describeRefusingIntents(stores: () => DeliveryStores): void {
  const work = async (count: number, dispatch = aDispatch()) =>
    takeUp(stores(), await dispatch.openedIn(stores()), count);

  describe('no send starts', () => {
    it.each(['halted', 'cancelled'] as const)(
      'once a dispatch is %s, and nothing changes by trying',
      async (control) => {
        const { dispatch, claim, ordinals } = await work(3);
        await stores().dispatches.control(dispatch.id, control, 1);
        expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: control });
        expect(await countsOf(stores(), dispatch)).toEqual({ pending: 3 });
        expect(await stores().ledger.load(claim)).toMatchObject({ control, orphans: [] });
        expect(await pendingIn(stores(), claim)).toEqual(ordinals);
      },
    );

    it('while it is halted; afterwards exactly the rest goes', async () => {
      const { dispatch, claim, ordinals } = await work(4);
      await send(stores(), claim, ordinals.slice(0, 1), accepted);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      expect(await tryIntent(stores(), claim, ordinals.slice(1))).toEqual({ kind: 'halted' });
      await stores().dispatches.control(dispatch.id, 'open', 2);
      expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: 'opened', refused: [ordinals[0]] });
    });

    it('after the halt has been confirmed, however many are trying', async () => {
      const { dispatch, claim, ordinals } = await work(50);
      let confirmed = false;
      const tries = ordinals.map(async (ordinal, index) => {
        // Spread over several turns, so that the halt falls among them.
        for (let turn = 0; turn < index % 7; turn++) await stores().dispatches.find(dispatch.id);
        const late = confirmed;
        const answer = await tryIntent(stores(), claim, [ordinal]);
        return { late, kind: answer.kind };
      });
      const halt = stores()
        .dispatches.control(dispatch.id, 'halted', 1)
        .then(() => {
          confirmed = true;
        });
      const answers = await Promise.all(tries);
      await halt;
      expect(answers.filter(({ late, kind }) => late && kind !== 'halted')).toEqual([]);
      const opened = answers.filter(({ kind }) => kind === 'opened').length;
      const counts = (await stores().dispatches.stats(dispatch.id))?.counts;
      expect(counts).toMatchObject({ submitting: opened, pending: 50 - opened });
      expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: 'halted' });
    });

    it('at or after the expiry: what was asked for is expired instead', async () => {
      const { dispatch, claim, ordinals } = await work(5, aDispatch().expiringAt(START + 1000));
      await send(stores(), claim, ordinals.slice(0, 1), accepted, { now: START + 999 });
      expect(await tryIntent(stores(), claim, ordinals.slice(0, 4), { now: START + 1000 })).toEqual({
        kind: 'expired',
      });
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 1, expired: 3, pending: 1 });
      expect(await tryIntent(stores(), claim, ordinals.slice(4), { now: START + 99_000 })).toEqual({
        kind: 'expired',
      });
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 1, expired: 4 });
      expect((await deliveryAt(stores(), dispatch, ordinals[1]!)).attempts).toBe(0);
    });

    it('when it has expired, and what is under way stays so', async () => {
      const { dispatch, claim, ordinals } = await work(4, aDispatch().expiringAt(START + 1000));
      const key = await submit(stores(), claim, ordinals.slice(0, 2));
      expect(await tryIntent(stores(), claim, ordinals, { now: START + 1000 })).toEqual({ kind: 'expired' });
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 2, expired: 2 });
      expect(await settle(stores(), claim, key, ordinals.slice(0, 2), accepted, { now: START + 1001 })).toBe(
        'settled',
      );
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 2, expired: 2 });
    });

    it('for who no longer holds the parcel, and nothing changes by trying', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const successor = await claimOne(stores(), START + LEASE);
      const unsendable = [{ ordinal: ordinals[0]!, reason: 'x' }];
      expect(await tryIntent(stores(), claim, ordinals.slice(1), { unsendable })).toEqual({ kind: 'stale' });
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 3 });
      expect(await stores().ledger.load(successor)).toMatchObject({ orphans: [] });
    });

    it('for who has finished the parcel', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      await stores().lanes.finish(claim, [{ members: [[0, 1]], dueAt: START }], START);
      expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: 'stale' });
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 2 });
    });
  });

  describe('no send starts to a suppressed address', () => {
    it.each([
      ['marketing', 'all', 'suppressed'],
      ['marketing', 'marketing', 'suppressed'],
      ['transactional', 'all', 'suppressed'],
      ['transactional', 'marketing', 'submitting'],
    ] as const)('%s mail against a suppression of %s: %s', async (purpose, scope, status) => {
      const { dispatch, claim, ordinals } = await work(
        2,
        purpose === 'marketing' ? aDispatch() : aDispatch().transactional(),
      );
      await stores().suppressions.add(aSuppression('r0@example.com', { scope }));
      const answer = await tryIntent(stores(), claim, ordinals);
      expect(answer).toEqual({ kind: 'opened', refused: status === 'suppressed' ? [ordinals[0]] : [] });
      expect((await deliveryAt(stores(), dispatch, ordinals[0]!)).status).toBe(status);
      expect((await deliveryAt(stores(), dispatch, ordinals[1]!)).status).toBe('submitting');
      const counts = status === 'suppressed' ? { suppressed: 1, submitting: 1 } : { submitting: 2 };
      expect(await countsOf(stores(), dispatch)).toEqual(counts);
    });

    it('and no intent is left when all were suppressed', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      for (const address of ['r0@example.com', 'r1@example.com'])
        await stores().suppressions.add(aSuppression(address));
      expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: 'empty' });
      expect(await stores().ledger.load(claim)).toMatchObject({ members: [], orphans: [] });
      expect(await countsOf(stores(), dispatch)).toEqual({ suppressed: 2 });
      const row = await deliveryAt(stores(), dispatch, ordinals[0]!);
      expect(row.attempts).toBe(0);
      expect(row.reason).toEqual(expect.any(String));
    });

    it('but a call that is under way is not taken back', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      const key = await submit(stores(), claim, ordinals);
      await stores().suppressions.add(aSuppression('r0@example.com'));
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 2 });
      expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: 'empty' });
      expect(await settle(stores(), claim, key, ordinals, accepted)).toBe('settled');
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 2 });
    });

    it('except when it is the suppression of another workspace', async () => {
      const { claim, ordinals } = await work(1);
      await stores().suppressions.add(aSuppression('r0@example.com', { workspaceId: rival }));
      expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: 'opened', refused: [] });
    });

    it('until the suppression is lifted', async () => {
      const { claim, ordinals, dispatch } = await work(1);
      const { id } = await stores().suppressions.add(aSuppression('r0@example.com'));
      await stores().suppressions.remove(dispatch.workspaceId, id);
      expect(await tryIntent(stores(), claim, ordinals)).toEqual({ kind: 'opened', refused: [] });
    });

    it('after the suppression has been confirmed, however many calls are being opened', async () => {
      const { dispatch, claim, ordinals } = await work(40);
      const late = await allAtOnce(40, async (index) => {
        const address = `r${index}@example.com`;
        const adding = stores().suppressions.add(
          aSuppression(address, { scope: 'marketing', reason: 'unsubscribe' }),
        );
        // Even ones ask after the confirmation, odd ones race with it.
        if (index % 2 === 0) await adding;
        const answer = await tryIntent(stores(), claim, [ordinals[index]!]);
        await adding;
        return index % 2 === 0 && answer.kind !== 'empty';
      });
      expect(late.filter(Boolean)).toEqual([]);
      const counts = (await stores().dispatches.stats(dispatch.id))?.counts;
      expect(counts?.pending).toBe(0);
      expect((counts?.suppressed ?? 0) + (counts?.submitting ?? 0)).toBe(40);
      expect(counts?.suppressed).toBeGreaterThanOrEqual(20);
    });
  });
}
