import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { advance } from '#domain/communication/model/inbox-item.js';
import type { Notification } from '#domain/communication/model/notification.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
import {
  aDevice,
  anInboxItem,
  aNotification,
  aProfile,
  aType,
  ended,
  moved,
} from '#ports/communication/testing/communication-stores.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { key } from '../engine/keys.js';
import { dyingAfter } from '../testing/dying-table.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoNotificationTypes } from './dynamo-notification-types.js';
import type { ChangeEntry } from './inbox-log.js';
import { type DynamoCommunication, openStores } from './testing/open-stores.js';

const dynamo = OneDynamo.forThisFile();
const LOGS = 32;

describe('the communication of two processes over one table', () => {
  let table: DynamoTable;
  let here: DynamoCommunication;
  let there: DynamoCommunication;
  beforeEach(async () => {
    table = await dynamo.fresh();
    [here, there] = [openStores(table), openStores(dynamo.table())];
  });
  const loseAnAnswer = (): void =>
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });

  it('tells nobody that they came too late who only did not hear the answer', async () => {
    const [profile, type, notification] = [aProfile(), aType(), aNotification()];
    loseAnAnswer();
    expect(await here.profiles.save(undefined, profile)).toBe('saved');
    loseAnAnswer();
    expect(await here.types.insert(type)).toBe('inserted');
    loseAnAnswer();
    expect(await here.notifications.accept([notification])).toMatchObject({ allNew: true });
    loseAnAnswer();
    expect(await here.notifications.save(notification, ended(notification))).toBe('saved');
    expect(await here.untold()).toHaveLength(1);
  });

  it('shows the other at once what one has changed of a type, whichever copy it reads', async () => {
    const [ours, theirs] = [new DynamoNotificationTypes(table), new DynamoNotificationTypes(dynamo.table())];
    const before = aType();
    await ours.insert(before);
    const after = moved(before, { mandatory: true });
    expect(await ours.save(before, after)).toBe('saved');
    const copies = await Promise.all([1, 2, 3, 4].map(() => theirs.find(acme, 'receipt')));
    expect(copies).toEqual([after, after, after, after]);
  });

  it('leaves of a user whose removal was interrupted enough to remove the rest', async () => {
    await here.profiles.save(undefined, aProfile());
    await here.profiles.addDevice(aDevice());
    // The devices and their count are gone, the profile is not.
    const dying = openStores(dyingAfter(dynamo.table(), 2));
    await expect(dying.profiles.remove(acme, 'anna')).rejects.toThrow('killed');
    expect(await there.profiles.devices(acme, 'anna')).toEqual([]);
    expect(await there.profiles.remove(acme, 'anna')).toBe(true);
    expect(await here.profiles.find(acme, 'anna')).toBeUndefined();
  });

  describe('a call that is too large for one transaction', () => {
    const limit: QuotaLimit = {
      period: 'day',
      key: 'd2026-01-31',
      most: 99,
      beginsAt: START,
      endsAt: START + 1,
    };
    const batch = (): Notification[] =>
      Array.from({ length: 36 }, (_, i) => aNotification(i % 10 === 0 ? { orderingKey: 'k' } : {}));
    /** Another process, when whoever was at it has had time enough. */
    const later = () => openStores(dynamo.table(), undefined, new DrivenClock(Date.now() + 60_000));

    it('is accepted whole by another process, if the one that began it is killed in between', async () => {
      const all = batch();
      // It is written down in two steps, and the first transaction of two is made.
      const dying = openStores(dyingAfter(dynamo.table(), 3));
      await expect(dying.notifications.accept(all, [limit])).rejects.toThrow('killed');
      expect(await there.notifications.find(acme, all[35]!.order.id)).toBeUndefined();
      const due = await later().notifications.due('standard', 100, START);
      // Of those with a key the first.
      expect(due).toHaveLength(33);
      expect(await here.notifications.find(acme, all[35]!.order.id)).toEqual(all[35]);
      const once = await here.notifications.accept(all, [limit]);
      expect(once).toEqual({ refused: [], used: [36], allNew: false });
    });

    it('is not accepted at all, if the process is killed before it was written down', async () => {
      const all = batch();
      const dying = openStores(dyingAfter(dynamo.table(), 1));
      await expect(dying.notifications.accept(all)).rejects.toThrow('killed');
      expect(await later().notifications.due('standard', 100, START)).toEqual([]);
    });
  });

  it('lets the next of a key go, though one process accepts it while the other lets the first pass', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      const orderingKey = `race ${turn}`;
      const [first, second, third] = [0, 1, 2].map(() => aNotification({ orderingKey }));
      await here.notifications.accept([first!]);
      await Promise.all([
        here.notifications.save(first!, ended(first!)),
        there.notifications.accept([second!, third!]),
      ]);
      const due = await here.notifications.due('standard', 100, START);
      expect(due.filter(({ order }) => order.orderingKey === orderingKey)).toEqual([second]);
    }
  });

  it('makes one decision of two about the same notification', async () => {
    const before = aNotification({ orderingKey: 'k' });
    await here.notifications.accept([before]);
    const answers = await Promise.all(
      [here, there].map(({ notifications }) => notifications.save(before, ended(before))),
    );
    expect(answers.sort()).toEqual(['conflict', 'saved']);
  });

  it('keeps the addresses of a user with thousands of devices', async () => {
    const before = aNotification();
    await here.notifications.accept([before]);
    const addresses = Array.from({ length: 4_000 }, () => `token:${randomBytes(90).toString('base64')}`);
    const leg = {
      channel: 'push',
      addresses,
      templateId: 'tpl_1',
      templateVersion: 1,
      state: 'sending',
    } as const;
    const sending = moved<Notification>(before, { status: 'sending', legs: [leg], dueAt: START + 5 });
    expect(await here.notifications.save(before, sending)).toBe('saved');
    expect(await there.notifications.due('standard', 10, START + 5)).toEqual([sending]);
    const done = moved<Notification>(sending, { status: 'sent', legs: [], dueAt: undefined });
    expect(await there.notifications.save(sending, done)).toBe('saved');
    expect(await here.notifications.find(acme, before.order.id)).toEqual(done);
  });

  describe('the inbox', () => {
    it('has one item of a delivery that both put', async () => {
      const stores = [here, there, here, there];
      const answers = await Promise.all(
        stores.map(({ inbox }) => inbox.put([anInboxItem({ deliveryId: 'dlv_1' }), anInboxItem()])),
      );
      expect(new Set(answers.map(([one]) => one?.id)).size).toBe(1);
      expect(await here.inbox.counts(acme, 'anna')).toEqual({ unseen: 5, unread: 5 });
    });

    it('tells whoever follows of everything, whoever did it', async () => {
      const start = await here.inbox.lastChange();
      const items = await Promise.all(
        [here, there].flatMap(({ inbox }) =>
          [0, 1, 2].map(async () => (await inbox.put([anInboxItem()]))[0]!),
        ),
      );
      const seen = await there.inbox.save(advance(items[0]!, 'seen', START + 1)!);
      const { items: followed } = await here.inbox.changesSince(start, 100);
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
      expect([...followed].sort(byId)).toEqual([seen, ...items.slice(1)].sort(byId));
    });

    it('has no follower go past a change that is not to be seen yet', async () => {
      const start = await here.inbox.lastChange();
      const item = (await here.inbox.put([anInboxItem()]))[0]!;
      const seen = await here.inbox.save(advance(item, 'seen', START + 1)!);
      const read = await here.inbox.save(advance(seen, 'read', START + 2)!);
      const logs = [...Array(LOGS).keys()].map((log) =>
        table.list<ChangeEntry>({ pk: key('INBOXLOG', log), limit: 9 }),
      );
      const [, second] = (await Promise.all(logs)).flat();
      await table.delete(second!);
      const early = await there.inbox.changesSince(start, 100);
      expect(early.items).toEqual([]);
      await table.put({ ...second! });
      expect((await there.inbox.changesSince(early.cursor, 100)).items).toEqual([read]);
    });

    it('is put once by whoever did not hear the answer', async () => {
      loseAnAnswer();
      const item = anInboxItem();
      expect(await here.inbox.put([item])).toEqual([item]);
      expect(await here.inbox.counts(acme, 'anna')).toEqual({ unseen: 1, unread: 1 });
    });
  });
});
