import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { Notification } from '#domain/communication/model/notification.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
import { acme, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import {
  aNotification,
  type CommunicationStores,
  type OpenCommunicationStores,
} from './communication-stores.js';

function aLimit(most: number, key = 'd2026-01-31'): QuotaLimit {
  return { period: 'day', key, most, beginsAt: START, endsAt: START + 86_400_000 };
}

const some = (count: number): Notification[] => Array.from({ length: count }, () => aNotification());
const idOf = ({ order }: Notification) => order.id;

export function describeCounting(open: OpenCommunicationStores): void {
  describe('accepting within limits', () => {
    let its: CommunicationStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());
    const isKept = async (one: Notification): Promise<boolean> =>
      (await its.notifications.find(one.order.workspaceId, idOf(one))) !== undefined;

    it('keeps those for which there is room, in their order, and none of the others', async () => {
      const batch = some(5);
      const taken = await its.notifications.accept(batch, [aLimit(9, 'm2026-01'), aLimit(3)]);
      expect(taken).toMatchObject({ refused: batch.slice(3).map(idOf), used: [3, 3] });
      expect(await Promise.all(batch.map(isKept))).toEqual([true, true, true, false, false]);
      expect(await its.notifications.accept(some(1), [aLimit(9, 'm2026-01')])).toMatchObject({
        refused: [],
        used: [4],
      });
    });

    it('counts nothing and refuses nothing where there is no limit', async () => {
      expect(await its.notifications.accept(some(3))).toMatchObject({ refused: [], used: [] });
      expect(await its.notifications.accept(some(1), [aLimit(1)])).toMatchObject({ refused: [] });
    });

    it('counts what is accepted again after a crash once, and does not refuse it', async () => {
      const batch = some(3);
      for (let times = 0; times < 3; times++)
        expect(await its.notifications.accept(batch, [aLimit(3)])).toMatchObject({ refused: [], used: [3] });
      const [first, fresh] = [batch[0]!, aNotification()];
      expect(await its.notifications.accept([first, fresh, first], [aLimit(3)])).toMatchObject({
        refused: [idOf(fresh)],
        used: [3],
      });
    });

    it('counts one once that stands twice in a batch', async () => {
      const [one, other] = some(2);
      expect(await its.notifications.accept([one!, one!, other!], [aLimit(2)])).toMatchObject({
        refused: [],
        used: [2],
      });
    });

    it.each([[], [aLimit(9)]])(
      'says whether all were kept that nobody had kept before',
      async (...limits) => {
        const [one, two, three] = some(3);
        const allNew = async (...batch: Notification[]): Promise<boolean> =>
          (await its.notifications.accept(batch, limits)).allNew;
        expect(await allNew(one!, two!)).toBe(true);
        expect(await allNew(two!, three!)).toBe(false);
        expect(await allNew(three!)).toBe(false);
        expect((await its.notifications.accept(some(2), [aLimit(1, 'd2026-03-01')])).allNew).toBe(false);
      },
    );

    it('neither counts nor refuses a test', async () => {
      await its.notifications.accept(some(1), [aLimit(1)]);
      const test = aNotification({ test: true });
      expect(await its.notifications.accept([test], [aLimit(1)])).toMatchObject({ refused: [], used: [1] });
      expect(await isKept(test)).toBe(true);
    });

    it('counts each workspace and each period for itself', async () => {
      await its.notifications.accept(some(2), [aLimit(2)]);
      const theirs = aNotification({ workspaceId: rival });
      expect(await its.notifications.accept([theirs], [aLimit(2)])).toMatchObject({ refused: [], used: [1] });
      const tomorrow = aLimit(2, 'd2026-02-01');
      expect(await its.notifications.accept(some(2), [tomorrow])).toMatchObject({ refused: [], used: [2] });
      expect((await its.notifications.accept(some(1), [tomorrow])).refused).toHaveLength(1);
    });

    it('takes nothing where the limit was lowered below what there is', async () => {
      await its.notifications.accept(some(3), [aLimit(9)]);
      expect(await its.notifications.accept(some(1), [aLimit(2)])).toMatchObject({ used: [3] });
      expect((await its.notifications.accept(some(1), [aLimit(0)])).refused).toHaveLength(1);
    });

    it('counts nothing of a batch of which one cannot be kept', async () => {
      const bad = aNotification({ data: { total: 1n } });
      await expect(its.notifications.accept([aNotification(), bad], [aLimit(5)])).rejects.toThrow();
      expect(await its.notifications.accept(some(1), [aLimit(5)])).toMatchObject({ refused: [], used: [1] });
    });

    it('never keeps more than the limit of those that come side by side', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 }), async (sizes) => {
          its = await open();
          const batches = sizes.map(some);
          const taken = await allAtOnce(batches.length, (i) =>
            its.notifications.accept(batches[i]!, [aLimit(7)]),
          );
          const all = batches.flat();
          const kept = (await Promise.all(all.map(isKept))).filter(Boolean).length;
          expect(kept).toBe(Math.min(7, all.length));
          expect(taken.flatMap(({ refused }) => refused)).toHaveLength(all.length - kept);
          expect(await its.notifications.find(acme, idOf(all[0] ?? aNotification()))).toEqual(all[0]);
        }),
        { numRuns: 10 },
      );
    });
  });
}
