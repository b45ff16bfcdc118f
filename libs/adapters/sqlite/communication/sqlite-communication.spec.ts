import { describe, expect, it } from '@jest/globals';
import { describeInboxContract } from '#ports/communication/inbox.contract.js';
import { describeNotificationTypesContract } from '#ports/communication/notification-types.contract.js';
import { describeNotificationsContract } from '#ports/communication/notifications.contract.js';
import { describeProfilesContract } from '#ports/communication/profiles.contract.js';
import {
  aNotification,
  type CommunicationStores,
} from '#ports/communication/testing/communication-stores.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteOutbox } from '../outbox/sqlite-outbox.js';
import { SqliteInbox } from './sqlite-inbox.js';
import { SqliteNotificationTypes } from './sqlite-notification-types.js';
import { SqliteNotifications } from './sqlite-notifications.js';
import { SqliteProfiles } from './sqlite-profiles.js';

const folder = OneFolder.forThisFile();

function open(): Promise<CommunicationStores> {
  const storage = folder.emptied();
  return Promise.resolve({
    types: new SqliteNotificationTypes(storage),
    profiles: new SqliteProfiles(storage),
    notifications: new SqliteNotifications(storage),
    inbox: new SqliteInbox(storage),
    untold: async () => (await new SqliteOutbox(storage).untold(1000)).map(({ event }) => event),
    close: () => Promise.resolve(),
  });
}

describeNotificationTypesContract('SqliteNotificationTypes', open);
describeProfilesContract('SqliteProfiles', open);
describeNotificationsContract('SqliteNotifications', open, 30);
describeInboxContract('SqliteInbox', open);

describe('SqliteNotifications', () => {
  it('forgets the counts of days that are over, and keeps the month', async () => {
    const { notifications } = await open();
    const limit = (key: string) => ({ period: 'day', key, most: 9, beginsAt: 0, endsAt: 1 }) as const;
    for (const day of ['d2026-01-30', 'd2026-01-31', 'd2026-02-01'])
      await notifications.accept([aNotification()], [limit(day), limit('m2026-01')]);
    const rows = folder.onTheFile((db) =>
      db.prepare('SELECT period, used FROM quota_use ORDER BY period').all(),
    );
    expect(rows.map(({ period, used }) => [period, used])).toEqual([
      ['d2026-02-01', 1],
      ['m2026-01', 3],
    ]);
  });

  it('keeps nothing of a batch in which the database refuses one row', async () => {
    const { notifications } = await open();
    const bad = { ...aNotification(), dueAt: 'tomorrow' as never };
    await expect(notifications.accept([aNotification(), aNotification(), bad])).rejects.toThrow(/due_at/);
    expect(await notifications.page(acme, {}, { limit: 10 })).toEqual({ data: [], next: null });
  });
});
