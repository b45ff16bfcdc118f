import { describe, expect, it } from '@jest/globals';
import { aDispatch, aSuppression, type DeliveryStores, LEASE, START } from './delivery-stores.js';
import {
  accepted,
  aKey,
  allAtOnce,
  claimOne,
  countsOf,
  deliveryAt,
  failed,
  settle,
  statusesOf,
  submit,
  takeUp,
  tryIntent,
} from './worker.js';

/**
 * The part of the Ledger contract about what is asked at the same moment: an adapter may answer it in one step, and
 * nobody is to notice. With one message a provider call this is how nearly everything is asked.
 */
export function describeAskingTogether(stores: () => DeliveryStores): void {
  const work = async (count: number) => takeUp(stores(), await aDispatch().openedIn(stores()), count);

  describe('asked at once', () => {
    it('many calls of one message are opened and settled, each with its own outcome', async () => {
      const { dispatch, claim, ordinals } = await work(90);
      const keys = await Promise.all(ordinals.map((ordinal) => submit(stores(), claim, [ordinal])));
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 90 });
      const settled = await allAtOnce(90, (at) =>
        settle(
          stores(),
          claim,
          keys[at]!,
          [ordinals[at]!],
          at % 10 === 3 ? failed : { to: 'accepted', providerMessageId: `prov-${at}` },
          { provider: at % 2 === 0 ? 'ses' : 'resend', now: START + 1 },
        ),
      );
      expect(new Set(settled)).toEqual(new Set(['settled']));
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 81, failed: 9 });
      for (const at of [0, 41, 88]) {
        expect(await deliveryAt(stores(), dispatch, ordinals[at]!)).toMatchObject({
          status: 'accepted',
          provider: at % 2 === 0 ? 'ses' : 'resend',
          providerMessageId: `prov-${at}`,
        });
      }
      const stats = await stores().dispatches.stats(dispatch.id);
      expect(stats?.byProvider).toEqual({ ses: 45, resend: 36 });
    });

    it('a message is in one call only', async () => {
      const { dispatch, claim, ordinals } = await work(4);
      const answers = await allAtOnce(8, (at) => tryIntent(stores(), claim, [ordinals[at % 4]!]));
      expect(answers.filter(({ kind }) => kind === 'opened')).toHaveLength(4);
      expect(answers.filter(({ kind }) => kind === 'empty')).toHaveLength(4);
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 4 });
    });

    it('a message that cannot be sent fails once, and is in no call', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      const unsendable = [{ ordinal: ordinals[0]!, reason: 'does not render' }];
      const answers = await Promise.all([
        tryIntent(stores(), claim, [], { unsendable }),
        tryIntent(stores(), claim, [], { unsendable }),
        tryIntent(stores(), claim, ordinals),
      ]);
      expect(answers).toEqual([
        { kind: 'empty' },
        { kind: 'empty' },
        { kind: 'opened', refused: [ordinals[0]] },
      ]);
      expect(await countsOf(stores(), dispatch)).toEqual({ failed: 1, submitting: 1 });
    });

    it('whom a suppression forbids is struck off, and his neighbours are sent to', async () => {
      const { dispatch, claim, ordinals } = await work(5);
      await stores().suppressions.add(aSuppression('r2@example.com'));
      const answers = await Promise.all(ordinals.map((ordinal) => tryIntent(stores(), claim, [ordinal])));
      expect(answers.map(({ kind }) => kind)).toEqual(['opened', 'opened', 'empty', 'opened', 'opened']);
      expect(await statusesOf(stores(), dispatch, ordinals.slice(1, 4))).toEqual([
        'submitting',
        'suppressed',
        'submitting',
      ]);
      expect(await countsOf(stores(), dispatch)).toEqual({ submitting: 4, suppressed: 1 });
    });

    it('a worker that lost its claim is told so, and the one that has it is served', async () => {
      const { dispatch, claim, ordinals } = await work(4);
      const old = await submit(stores(), claim, [ordinals[0]!]);
      const successor = await claimOne(stores(), START + LEASE);
      const [late, good, lateOutcome, outcome] = await Promise.all([
        tryIntent(stores(), claim, [ordinals[1]!]),
        tryIntent(stores(), successor, [ordinals[2]!]),
        settle(stores(), claim, old, [ordinals[0]!], accepted),
        settle(stores(), successor, old, [ordinals[0]!], failed),
      ]);
      expect([late.kind, good.kind, lateOutcome, outcome]).toEqual(['stale', 'opened', 'stale', 'settled']);
      expect(await countsOf(stores(), dispatch)).toEqual({ failed: 1, submitting: 1, pending: 2 });
    });

    it('a call is settled once', async () => {
      const { dispatch, claim, ordinals } = await work(2);
      const key = await submit(stores(), claim, ordinals);
      const answers = await allAtOnce(5, (at) =>
        settle(stores(), claim, key, ordinals, at === 0 ? accepted : failed),
      );
      expect(answers).toEqual(['settled', 'stale', 'stale', 'stale', 'stale']);
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 2 });
    });

    it('an ask that breaks the storage breaks nobody else’s', async () => {
      const { dispatch, claim, ordinals } = await work(3);
      const key = aKey();
      const results = await Promise.allSettled([
        tryIntent(stores(), claim, [ordinals[0]!]),
        tryIntent(stores(), claim, [ordinals[1]!], { key, now: 0.5 }),
        tryIntent(stores(), claim, [ordinals[2]!]),
      ]);
      expect([results[0]?.status, results[2]?.status]).toEqual(['fulfilled', 'fulfilled']);
      const broken = results[1]?.status === 'rejected';
      expect(await countsOf(stores(), dispatch)).toEqual(
        broken ? { submitting: 2, pending: 1 } : { submitting: 3 },
      );
    });
  });
}
