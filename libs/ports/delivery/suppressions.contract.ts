import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SuppressionId, suppressionReasons } from '#domain/delivery/model/suppression.js';
import {
  acme,
  aSuppression,
  type DeliveryStores,
  everyPage,
  type OpenDeliveryStores,
  rival,
} from './testing/delivery-stores.js';
import { describePaging } from './testing/paging.js';
import { allAtOnce } from './testing/worker.js';

/** What a suppression does to sending is in the contract of the Ledger: that is where it must hold. */
export function describeSuppressionsContract(name: string, open: OpenDeliveryStores): void {
  describe(`Suppressions: ${name}`, () => {
    let its: DeliveryStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const list = (address?: string, workspaceId = acme) =>
      everyPage((after) => its.suppressions.page(workspaceId, address, { limit: 200, after }));

    describe('adding', () => {
      it.each(suppressionReasons)('keeps the suppression as it was given: %s', async (reason) => {
        const one = aSuppression("o'neil+x@exämple.com", { reason, scope: 'marketing' });
        expect(await its.suppressions.add(one)).toEqual(one);
        expect(await list()).toEqual([one]);
      });

      it('changes nothing when the address is suppressed already, and answers what is in force', async () => {
        const first = await its.suppressions.add(aSuppression('a@example.com', { reason: 'complaint' }));
        const second = aSuppression('a@example.com', { reason: 'manual', at: first.at + 1 });
        expect(await its.suppressions.add(second)).toEqual(first);
        expect(await list()).toEqual([first]);
      });

      it('keeps the scopes of an address apart', async () => {
        const marketing = await its.suppressions.add(aSuppression('a@example.com', { scope: 'marketing' }));
        const all = await its.suppressions.add(aSuppression('a@example.com', { scope: 'all' }));
        expect(all.scope).toBe('all');
        expect(await list()).toEqual(expect.arrayContaining([marketing, all]));
        expect(await list()).toHaveLength(2);
      });

      it('keeps the workspaces apart', async () => {
        const mine = await its.suppressions.add(aSuppression('a@example.com'));
        const theirs = await its.suppressions.add(aSuppression('a@example.com', { workspaceId: rival }));
        expect(theirs.workspaceId).toBe(rival);
        expect(await list()).toEqual([mine]);
        expect(await list(undefined, rival)).toEqual([theirs]);
      });

      it('puts one in force when many come at once, and tells them all which', async () => {
        const answers = await allAtOnce(20, () => its.suppressions.add(aSuppression('a@example.com')));
        expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
        expect(await list()).toEqual([answers[0]]);
      });
    });

    describe('removing', () => {
      it('lifts it, once', async () => {
        const one = await its.suppressions.add(aSuppression('a@example.com'));
        const other = await its.suppressions.add(aSuppression('b@example.com'));
        expect(await its.suppressions.remove(acme, one.id)).toBe(true);
        expect(await its.suppressions.remove(acme, one.id)).toBe(false);
        expect(await list()).toEqual([other]);
      });

      it('leaves the other scope in force', async () => {
        const marketing = await its.suppressions.add(aSuppression('a@example.com', { scope: 'marketing' }));
        const all = await its.suppressions.add(aSuppression('a@example.com', { scope: 'all' }));
        await its.suppressions.remove(acme, marketing.id);
        expect(await list()).toEqual([all]);
      });

      it('makes room for another', async () => {
        const one = await its.suppressions.add(aSuppression('a@example.com'));
        await its.suppressions.remove(acme, one.id);
        const next = aSuppression('a@example.com', { reason: 'unsubscribe' });
        expect(await its.suppressions.add(next)).toEqual(next);
        expect(await list()).toEqual([next]);
      });

      it('knows only ids of the own workspace', async () => {
        const theirs = await its.suppressions.add(aSuppression('a@example.com', { workspaceId: rival }));
        expect(await its.suppressions.remove(acme, theirs.id)).toBe(false);
        expect(await its.suppressions.remove(acme, 'sup_nonsense' as SuppressionId)).toBe(false);
        expect(await list(undefined, rival)).toEqual([theirs]);
      });
    });

    describe('the list', () => {
      it('shows what stands against one address', async () => {
        const a = await its.suppressions.add(aSuppression('a@example.com', { scope: 'marketing' }));
        const alsoA = await its.suppressions.add(aSuppression('a@example.com', { scope: 'all' }));
        await its.suppressions.add(aSuppression('aa@example.com'));
        await its.suppressions.add(aSuppression('a@example.com', { workspaceId: rival }));
        const found = await list('a@example.com');
        expect(found).toHaveLength(2);
        expect(found).toEqual(expect.arrayContaining([a, alsoA]));
        expect(await list('%')).toEqual([]);
      });
    });

    describePaging(async () => {
      for (let index = 0; index < 23; index++) {
        await its.suppressions.add(aSuppression(`a${(index * 7) % 23}@example.com`));
        await its.suppressions.add(aSuppression(`a${index}@example.com`, { workspaceId: rival }));
      }
      return {
        count: 23,
        read: (page) => its.suppressions.page(acme, undefined, page),
        keyOf: ({ id }) => id,
      };
    });
  });
}
