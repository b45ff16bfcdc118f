import { describe, expect, it } from '@jest/globals';
import {
  letsOthersPass,
  type Notification,
  type NotificationOrder,
  notificationStatuses,
} from '#domain/communication/model/notification.js';
import { rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Notifications } from '../notifications.js';
import { aNotification, ended, moved } from './communication-stores.js';

const DAY = 86_400_000;

/** The part of the Notifications contract about ordering keys. @param many that wait behind one another */
export function describeOrdering(notifications: () => Notifications, many: number): void {
  const accept = async (order: Partial<NotificationOrder> = {}): Promise<Notification> => {
    const notification = aNotification({ orderingKey: 'k', ...order });
    await notifications().accept([notification]);
    return notification;
  };
  const due = (now = START, limit = 100) => notifications().due('standard', limit, now);
  const save = async (before: Notification, after: Notification): Promise<Notification> => {
    expect(await notifications().save(before, after)).toBe('saved');
    return after;
  };

  describe('of one ordering key', () => {
    it('the earliest accepted is due alone, then the next', async () => {
      const batch = [0, 1, 2].map(() => aNotification({ orderingKey: 'k' }));
      await notifications().accept(batch);
      const fourth = await accept();
      for (const one of [...batch, fourth]) {
        expect(await due()).toEqual([one]);
        await save(one, ended(one));
      }
      expect(await due()).toEqual([]);
    });

    it('the order of acceptance counts, not that of the times', async () => {
      const tomorrow = await accept({ sendAt: START + DAY });
      const atOnce = await accept();
      expect(await due()).toEqual([]);
      expect(await due(START + DAY)).toEqual([tomorrow]);
      await save(tomorrow, ended(tomorrow));
      expect(await due(START + DAY)).toEqual([atOnce]);
    });

    it.each(notificationStatuses)(
      'one that is %s holds the next back as long as the model says',
      async (status) => {
        const first = await accept();
        const second = await accept();
        await save(first, ended(first, status));
        expect(await due()).toEqual(letsOthersPass({ status }) ? [second] : []);
      },
    );

    it('one that is on its way is itself answered when it is to be looked at', async () => {
      const first = await accept();
      await accept();
      const sending = await save(
        first,
        moved<Notification>(first, { status: 'sending', dueAt: START + 2000 }),
      );
      expect(await due(START + 1999)).toEqual([]);
      expect(await due(START + 2000)).toEqual([sending]);
    });

    it('the next may go when the one before it is cancelled', async () => {
      const [first, second, third] = [await accept(), await accept(), await accept()];
      await save(first, ended(first, 'cancelled'));
      expect(await due()).toEqual([second]);
      await save(second, ended(second));
      expect(await due()).toEqual([third]);
    });

    it('one that is cancelled while it waits lets nobody pass before its turn', async () => {
      const [first, second, third] = [await accept(), await accept(), await accept()];
      await save(second, ended(second, 'cancelled'));
      expect(await due()).toEqual([first]);
      await save(first, ended(first));
      expect(await due()).toEqual([third]);
    });

    it('one that is deferred while it waits goes in its turn', async () => {
      const [first, second, third] = [await accept(), await accept(), await accept()];
      const deferred = await save(second, moved<Notification>(second, { dueAt: START + 10 }));
      await save(first, ended(first));
      expect(await due(START + 9)).toEqual([]);
      expect(await due(START + 10)).toEqual([deferred]);
      await save(deferred, ended(deferred, 'expired'));
      expect(await due(START)).toEqual([third]);
    });

    it('one that falls back to another channel holds the next back again', async () => {
      const [first, second, third] = [await accept(), await accept(), await accept()];
      const sent = await save(first, moved<Notification>(first, { status: 'sent', dueAt: START + 100 }));
      expect(await due()).toEqual([second]);
      const again = await save(sent, moved<Notification>(sent, { status: 'sending', dueAt: START + 200 }));
      expect(await due(START + 100)).toEqual([]);
      // Whatever has been started of the second meanwhile goes on, and does not let the third past the first.
      const on = await save(second, moved<Notification>(second, { status: 'sent', dueAt: START + 300 }));
      expect(await due(START + 1000)).toEqual([again]);
      await save(again, ended(again, 'failed'));
      expect(await due(START + 1000)).toEqual([third, on]);
    });

    it('acceptance is but once: a repetition loses nobody their place', async () => {
      const [first, second] = [await accept(), await accept()];
      await notifications().accept([second, first]);
      expect(await due()).toEqual([first]);
      await save(first, ended(first));
      await notifications().accept([first, second]);
      expect(await due()).toEqual([second]);
    });

    it('the lanes are one row', async () => {
      const critical = await accept({ lane: 'critical' });
      const standard = await accept();
      expect(await due()).toEqual([]);
      await save(critical, ended(critical));
      expect(await due()).toEqual([standard]);
    });
  });

  describe('ordering keys', () => {
    it('hold up nobody of another key, another workspace, or without one', async () => {
      const first = await accept();
      await accept();
      const others = [
        await accept({ orderingKey: 'K' }),
        await accept({ orderingKey: '' }),
        await accept({ workspaceId: rival }),
        aNotification(),
        aNotification(),
      ];
      await notifications().accept(others.slice(3));
      const found = await due();
      expect(found).toHaveLength(6);
      expect(found).toEqual(expect.arrayContaining([first, ...others]));
    });

    it('do not fill a page with those that wait, though they are due first', async () => {
      const waiting = Array.from({ length: many }, () => aNotification({ orderingKey: 'k' }));
      const free = aNotification({ sendAt: START + 1 });
      await notifications().accept([...waiting, free]);
      expect(await due(START + 1, 2)).toEqual([waiting[0], free]);
    });

    it('let each go once and in order, though many are accepted and saved at once', async () => {
      await allAtOnce(10, (i) =>
        notifications().accept([0, 1, 2].map(() => aNotification({ orderingKey: `key ${i % 2}` }))),
      );
      const seen: Notification[] = [];
      for (let found = await due(); found.length > 0; found = await due()) {
        expect(found.map(({ order }) => order.orderingKey).sort()).toEqual(['key 0', 'key 1']);
        seen.push(...found);
        await Promise.all(found.map((one) => save(one, ended(one))));
      }
      expect(new Set(seen.map(({ order }) => order.id)).size).toBe(30);
    });

    it('forget nobody who is accepted while the one before is let pass', async () => {
      await allAtOnce(20, async (i) => {
        const first = await accept({ orderingKey: `race ${i}` });
        const second = aNotification({ orderingKey: `race ${i}` });
        await Promise.all([save(first, ended(first)), notifications().accept([second])]);
        expect(await due()).toContainEqual(second);
      });
    });
  });
}
