import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Notification, NotificationId } from '#domain/communication/model/notification.js';
import { acme, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Notifications } from './notifications.js';
import {
  aNotification,
  type CommunicationStores,
  ended,
  moved,
  type OpenCommunicationStores,
} from './testing/communication-stores.js';
import { describeCounting } from './testing/counting.js';
import { describeDue } from './testing/due.js';
import { describeListing } from './testing/listing.js';
import { describeOrdering } from './testing/ordering.js';
import { describeRandomNotifications } from './testing/random-notifications.js';

/**
 * @param runs how many random sequences to try
 * @param many a large batch; smaller where an emulator takes minutes for it
 */
export function describeNotificationsContract(
  name: string,
  open: OpenCommunicationStores,
  runs: number,
  many = 1000,
): void {
  describe(`Notifications: ${name}`, () => {
    let its: CommunicationStores;
    let notifications: Notifications;
    beforeEach(async () => {
      its = await open();
      notifications = its.notifications;
    });
    afterEach(() => its.close());

    const accept = async (...args: Parameters<typeof aNotification>): Promise<Notification> => {
      const notification = aNotification(...args);
      await notifications.accept([notification]);
      return notification;
    };
    const find = ({ order }: Notification) => notifications.find(order.workspaceId, order.id);

    it('tells of another status in the step that keeps it, and of nothing that was not kept', async () => {
      const first = await accept();
      const after = ended(first, 'failed');
      expect(await notifications.save(first, after)).toBe('saved');
      expect(await notifications.save(first, ended(first, 'cancelled'))).toBe('conflict');
      expect(await notifications.save(after, { ...after, revision: after.revision + 1, dueAt: START })).toBe(
        'saved',
      );
      expect(await its.untold()).toEqual([
        {
          type: 'notification.changed',
          workspaceId: acme,
          notificationId: first.order.id,
          status: 'failed',
          revision: after.revision,
          at: after.updatedAt,
        },
      ]);
    });

    describe('accepting', () => {
      it('keeps what was asked for, what is left out left out', async () => {
        const plain = await accept({ to: { addresses: { email: 'a@example.com' } } });
        const full = await accept({
          lane: 'critical',
          to: { userId: 'anna', addresses: { phone: '+4366012345678' } },
          data: { code: '١٢٣', nested: { list: [1, 2.5, null, true], 'ö "q"': '🦉' }, empty: {} },
          locale: 'de-AT',
          channels: ['sms', 'email'],
          sendAt: START + 1000,
          expiresAt: START + 2000,
          orderingKey: "o'neil %_",
          test: true,
        });
        expect(await find(plain)).toEqual(plain);
        expect(await find(full)).toEqual(full);
      });

      it('shows a workspace nothing of another', async () => {
        const mine = await accept();
        expect(await notifications.find(rival, mine.order.id)).toBeUndefined();
        expect(await notifications.find(acme, 'ntf_nonsense' as NotificationId)).toBeUndefined();
      });

      it(`takes a batch of ${many}, and an empty one calmly`, async () => {
        const batch = Array.from({ length: many }, () => aNotification());
        await notifications.accept(batch);
        await notifications.accept([]);
        expect(await notifications.due('standard', 2 * many, START)).toHaveLength(many);
        expect(await find(batch[many - 1]!)).toEqual(batch[many - 1]);
      });

      it('leaves one that is known as it is, however far it has come', async () => {
        const before = await accept();
        const after = ended(before);
        await notifications.save(before, after);
        const changed = aNotification({ id: before.order.id, type: 'other' });
        const fresh = aNotification();
        await notifications.accept([changed, fresh]);
        expect(await find(before)).toEqual(after);
        expect(await find(fresh)).toEqual(fresh);
        expect(await notifications.due('standard', 10, START)).toEqual([fresh]);
      });

      it('takes an id once that stands twice in one batch', async () => {
        const first = aNotification();
        await notifications.accept([first, aNotification({ id: first.order.id, type: 'other' })]);
        expect(await notifications.due('standard', 10, START)).toEqual([first]);
      });

      it('keeps none of a batch of which one cannot be kept', async () => {
        const batch = [aNotification(), aNotification({ data: { total: 1n } }), aNotification()];
        await expect(notifications.accept(batch)).rejects.toThrow();
        expect(await notifications.due('standard', 10, START)).toEqual([]);
        expect(await find(batch[0]!)).toBeUndefined();
      });

      it('keeps each once when overlapping batches arrive side by side', async () => {
        const all = Array.from({ length: 60 }, () => aNotification());
        await allAtOnce(20, (i) => notifications.accept(all.slice(i * 2, i * 2 + 22)));
        const due = await notifications.due('standard', 1000, START);
        expect(due.map(({ order }) => order.id).sort()).toEqual(all.map(({ order }) => order.id));
      });
    });

    describeCounting(open);

    describe('saving', () => {
      it('replaces everything but the order', async () => {
        const before = await accept();
        const after = moved<Notification>(before, {
          status: 'sending',
          dueAt: START + 2000,
          updatedAt: START + 1,
          legs: [
            {
              channel: 'push',
              addresses: ['token:ä'],
              templateId: 'tpl_1',
              templateVersion: 2,
              state: 'sending',
            },
            {
              channel: 'email',
              addresses: [],
              templateId: 'tpl_2',
              templateVersion: 1,
              state: 'waiting',
              reason: '"',
            },
          ],
          trace: [{ at: START, code: 'chosen', channel: 'push', words: 'It goes by push – jetzt.' }],
        });
        expect(await notifications.save(before, after)).toBe('saved');
        expect(await find(before)).toEqual(after);
      });

      it('refuses whoever decided on an older revision', async () => {
        const before = await accept();
        const after = moved<Notification>(before, { status: 'sending' });
        await notifications.save(before, after);
        expect(await notifications.save(before, ended(before, 'cancelled'))).toBe('conflict');
        expect(await find(before)).toEqual(after);
      });

      it('lets exactly one of many that decide at once win', async () => {
        const before = await accept();
        const after = (i: number) => moved<Notification>(before, { updatedAt: START + i, dueAt: START + i });
        const answers = await allAtOnce(12, (i) => notifications.save(before, after(i)));
        expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1);
        expect(await find(before)).toEqual(after(answers.indexOf('saved')));
      });

      it('has nothing to replace where there is no such notification', async () => {
        const never = aNotification();
        expect(await notifications.save(never, ended(never))).toBe('conflict');
        expect(await find(never)).toBeUndefined();
        const mine = await accept();
        const stolen = { ...mine, order: { ...mine.order, workspaceId: rival } };
        expect(await notifications.save(stolen, ended(stolen))).toBe('conflict');
        expect(await find(mine)).toEqual(mine);
      });
    });

    describeDue(() => notifications);
    describeOrdering(() => notifications, many);
    describeListing(() => notifications);
  });

  describeRandomNotifications(`Notifications: ${name}`, open, runs);
}
