import { describe, expect, it } from '@jest/globals';
import type { Notification } from '#domain/communication/model/notification.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Notifications } from '../notifications.js';
import { aNotification, ended, moved } from './communication-stores.js';

/** The part of the Notifications contract about when they are due. */
export function describeDue(notifications: () => Notifications): void {
  const accept = async (...args: Parameters<typeof aNotification>): Promise<Notification> => {
    const notification = aNotification(...args);
    await notifications().accept([notification]);
    return notification;
  };
  const due = (now: number, limit = 100) => notifications().due('standard', limit, now);
  const nextDueAt = (now: number) => notifications().nextDueAt('standard', now);

  describe('what is due', () => {
    it('is answered when its time has come, and not a millisecond early', async () => {
      const later = await accept({ sendAt: START + 1000 });
      expect(await due(START + 999)).toEqual([]);
      expect(await due(START + 1000)).toEqual([later]);
    });

    it('is answered again until a decision moves it', async () => {
      const before = await accept();
      expect(await due(START)).toEqual([before]);
      expect(await due(START)).toEqual([before]);
      const deferred = moved<Notification>(before, { dueAt: START + 50 });
      await notifications().save(before, deferred);
      expect(await due(START + 49)).toEqual([]);
      expect(await due(START + 50)).toEqual([deferred]);
      await notifications().save(deferred, ended(deferred));
      expect(await due(START + 1e9)).toEqual([]);
    });

    it('comes back when a decision gives it a time again', async () => {
      const before = await accept({}, { status: 'sent', dueAt: undefined });
      expect(await due(START)).toEqual([]);
      const again = moved<Notification>(before, { dueAt: START + 5 });
      await notifications().save(before, again);
      expect(await due(START + 5)).toEqual([again]);
    });

    it('comes the earliest first, and no more than asked for', async () => {
      const [last, first, middle] = [
        await accept({ sendAt: START + 3 }),
        await accept(),
        await accept({ sendAt: START + 2 }),
      ];
      expect(await due(START + 3)).toEqual([first, middle, last]);
      expect(await due(START + 3, 2)).toEqual([first, middle]);
    });

    it('is told apart by lane', async () => {
      const critical = await accept({ lane: 'critical' });
      const standard = await accept();
      expect(await due(START)).toEqual([standard]);
      expect(await notifications().due('critical', 10, START)).toEqual([critical]);
      expect(await notifications().due('bulk', 10, START)).toEqual([]);
    });

    it('is seen by whoever asks after it was acknowledged', async () => {
      await allAtOnce(20, async () => {
        const before = await accept();
        expect(await due(START)).toContainEqual(before);
        await notifications().save(before, ended(before));
        expect(await due(START)).not.toContainEqual(before);
      });
    });
  });

  describe('the next time', () => {
    it('is the earliest that has not come', async () => {
      for (const sendAt of [START + 30, START + 10, START + 20]) await accept({ sendAt });
      expect(await nextDueAt(START)).toBe(START + 10);
      expect(await nextDueAt(START + 10)).toBe(START + 20);
      expect(await nextDueAt(START + 30)).toBeUndefined();
    });

    it('is that of the lane, and none where nothing waits', async () => {
      await accept({ lane: 'critical', sendAt: START + 10 });
      await accept({}, { status: 'sent', dueAt: undefined });
      expect(await nextDueAt(START)).toBeUndefined();
      expect(await notifications().nextDueAt('critical', START)).toBe(START + 10);
    });

    it('moves with every decision', async () => {
      const before = await accept({ sendAt: START + 10 });
      const deferred = moved<Notification>(before, { dueAt: START + 50 });
      await notifications().save(before, deferred);
      expect(await nextDueAt(START)).toBe(START + 50);
      await notifications().save(deferred, ended(deferred, 'cancelled'));
      expect(await nextDueAt(START)).toBeUndefined();
    });

    it('is not that of one that waits for another', async () => {
      await accept({ orderingKey: 'k', sendAt: START + 100 });
      await accept({ orderingKey: 'k', sendAt: START + 10 });
      expect(await nextDueAt(START)).toBe(START + 100);
    });
  });

  describe('listening', () => {
    /** Resolves when the listener is woken by what `act` does. */
    const wokenBy = async (act: () => Promise<unknown>): Promise<void> => {
      let stop = (): void => {};
      const heard = new Promise<void>((resolve) => {
        stop = notifications().onDue(resolve);
      });
      await act();
      await heard;
      stop();
    };

    it('wakes when one is accepted', async () => {
      const fresh = aNotification();
      await wokenBy(() => notifications().accept([fresh]));
      expect(await due(START)).toEqual([fresh]);
    });

    it('wakes when a decision makes one due, or due earlier', async () => {
      const idle = await accept({}, { status: 'sent', dueAt: undefined });
      const waiting = moved<Notification>(idle, { dueAt: START + 100 });
      await wokenBy(() => notifications().save(idle, waiting));
      await wokenBy(() => notifications().save(waiting, moved<Notification>(waiting, { dueAt: START })));
      expect(await due(START)).toHaveLength(1);
    });

    it('wakes when one lets the next of its key pass', async () => {
      const first = await accept({ orderingKey: 'k' });
      const second = await accept({ orderingKey: 'k', lane: 'critical' });
      await wokenBy(() => notifications().save(first, ended(first)));
      expect(await notifications().due('critical', 10, START)).toEqual([second]);
    });

    it('ends when the listener no longer wants to be told', async () => {
      let woken = 0;
      const stop = notifications().onDue(() => {
        woken += 1;
      });
      stop();
      await wokenBy(() => accept());
      expect(woken).toBe(0);
    });
  });
}
