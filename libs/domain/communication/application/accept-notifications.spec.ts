import { beforeEach, describe, expect, it } from '@jest/globals';
import { email } from '#adapters/channels/email-channel.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { MemoryNotifications } from '#adapters/memory/communication/memory-notifications.js';
import { MemoryNotificationTypes } from '#adapters/memory/communication/memory-notification-types.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { NotificationId } from '#domain/communication/model/notification.js';
import { aType } from '#ports/communication/testing/communication-stores.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import { HandOver } from './hand-over.js';
import { AcceptNotifications, type NotificationRequest } from './accept-notifications.js';

const id = 'ntf_01jabcdefghjkmnpqrstvwxyz0' as NotificationId;

const inOneGo = (repeated: boolean) => ({
  repeated,
  tell: () => {},
  breathe: () => Promise.resolve(),
});

describe('a notification that is accepted', () => {
  let clock: DrivenClock;
  let notifications: MemoryNotifications;
  let accept: AcceptNotifications;
  let request: NotificationRequest;
  let handOver: HandOver;
  beforeEach(async () => {
    clock = new DrivenClock(START);
    notifications = new MemoryNotifications(new MemoryOutbox());
    const types = new MemoryNotificationTypes();
    const type = aType({ channels: ['email'], templates: { email: { default: 'tpl_e' } }, requiredData: [] });
    await types.insert(type);
    const channels = new RegisteredChannels([email]);
    handOver = new HandOver();
    const settings = { from: 'Acme <no-reply@acme.example>' };
    accept = new AcceptNotifications(types, notifications, channels, settings, clock, handOver);
    request = { type: type.type, to: { email: 'ada@example.com' }, expiresAt: START + 1000 };
  });

  it('is accepted as it was, though what it asked for has expired since', async () => {
    const first = await accept.one(acme, id, request);
    await clock.advance(2000);
    expect(await accept.one(acme, id, request)).toEqual(first);
    const found = await notifications.page(acme, {}, { limit: 10 });
    expect(found.data).toEqual([first]);
  });

  it('is accepted as it was in a batch, beside one that was refused for good', async () => {
    const bad = { id: 'ntf_01jabcdefghjkmnpqrstvwxyz1' as NotificationId, request: { ...request, to: {} } };
    const [first] = await accept.many(acme, [{ id, request }, bad], inOneGo(false));
    await clock.advance(2000);
    const [again, refused] = await accept.many(acme, [{ id, request }, bad], inOneGo(true));
    expect(again).toEqual(first);
    expect(refused).toMatchObject({ code: 'validation_failed' });
  });

  it('is refused if it never was accepted', async () => {
    await clock.advance(2000);
    await expect(accept.one(acme, id, request)).rejects.toMatchObject({ code: 'invalid_schedule' });
    expect((await notifications.page(acme, {}, { limit: 10 })).data).toEqual([]);
  });

  describe('is handed to whoever routes', () => {
    let handed: string[];
    beforeEach(() => {
      handed = [];
      handOver.to(({ order }) => handed.push(order.id));
    });

    it('at once, if it is critical and due, and once only', async () => {
      const critical = { ...request, priority: 'critical' } as const;
      await accept.one(acme, id, critical);
      expect(handed).toEqual([id]);
      await accept.one(acme, id, critical);
      expect(handed).toEqual([id]);
    });

    it('as it was accepted, whatever its data is used for afterwards', async () => {
      let code: unknown;
      handOver.to(({ order }) => (code = () => order.data['code']));
      const data = { code: '123456' };
      await accept.one(acme, id, { ...request, priority: 'critical', data });
      data.code = 'of somebody else';
      expect((code as () => unknown)()).toBe('123456');
    });

    it.each<[string, Partial<NotificationRequest>]>([
      ['not of another lane', { priority: 'standard' }],
      ['not before it is due', { priority: 'critical', sendAt: START + 1 }],
      ['not where it may have to wait for others of its key', { priority: 'critical', orderingKey: 'ada' }],
    ])('%s', async (_, change) => {
      const { expiresAt: __, ...plain } = request;
      await accept.one(acme, id, { ...plain, ...change });
      expect(handed).toEqual([]);
    });
  });
});
