import { describe, expect, it } from '@jest/globals';
import type { Notification } from '#domain/communication/model/notification.js';
import { acme, everyPage, rival } from '#ports/delivery/testing/delivery-stores.js';
import { describePaging } from '#ports/delivery/testing/paging.js';
import type { NotificationQuery, Notifications } from '../notifications.js';
import { aNotification, ended } from './communication-stores.js';

/** The part of the Notifications contract about `page`. */
export function describeListing(notifications: () => Notifications): void {
  const accept = async (...args: Parameters<typeof aNotification>): Promise<Notification> => {
    const notification = aNotification(...args);
    await notifications().accept([notification]);
    return notification;
  };
  const list = (query: NotificationQuery, workspaceId = acme) =>
    everyPage((after) => notifications().page(workspaceId, query, { limit: 3, after }));

  describe('the list', () => {
    it('shows the newest first, whatever their ids, types and states', async () => {
      const made: Notification[] = [];
      for (const [i, status] of (
        ['accepted', 'sent', 'failed', 'accepted', 'read', 'sent'] as const
      ).entries())
        made.push(await accept({ id: `ntf_${(i * 5) % 7}` as never, type: `t${i % 2}` }, { status }));
      expect(await list({})).toEqual(made.reverse());
    });

    it('shows what fits all that is asked for, and of the own workspace only', async () => {
      const made: Notification[] = [];
      for (const userId of ['anna', 'ben'])
        for (const type of ['receipt', 'mfa_code'])
          for (const status of ['accepted', 'sent'] as const) {
            const order = { to: { userId, addresses: {} }, type };
            made.push(await accept(order, { status }));
            await accept({ ...order, workspaceId: rival }, { status });
          }
      made.push(await accept({ to: { addresses: { email: 'anna' } } }));
      const expected = ({ userId, type, status }: NotificationQuery) =>
        made.filter(
          (one) =>
            (userId === undefined || one.order.to.userId === userId) &&
            (type === undefined || one.order.type === type) &&
            (status === undefined || one.status === status),
        );
      for (const user of [{}, { userId: 'anna' }, { userId: 'nobody' }])
        for (const type of [{}, { type: 'mfa_code' }, { type: 'mfa' }])
          for (const status of [{}, { status: 'sent' as const }, { status: 'bounced' as const }]) {
            const query = { ...user, ...type, ...status };
            expect(await list(query)).toEqual(expected(query).reverse());
          }
    });

    it('follows every decision', async () => {
      const before = await accept();
      const after = ended(before, 'cancelled');
      await notifications().save(before, after);
      expect(await list({ status: 'accepted' })).toEqual([]);
      expect(await list({ status: 'cancelled' })).toEqual([after]);
      expect(await list({ type: 'receipt' })).toEqual([after]);
    });
  });

  describePaging(async () => {
    const all = Array.from({ length: 23 }, (_, i) => [
      aNotification({}, { status: i % 3 === 0 ? 'failed' : 'delivered' }),
      aNotification({ workspaceId: rival }),
    ]);
    await notifications().accept(all.flat());
    return {
      count: 23,
      read: (page) => notifications().page(acme, {}, page),
      keyOf: ({ order }) => order.id,
    };
  });
}
