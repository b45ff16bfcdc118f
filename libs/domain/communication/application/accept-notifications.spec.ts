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
import { AcceptNotifications, type NotificationRequest } from './accept-notifications.js';

const id = 'ntf_01jabcdefghjkmnpqrstvwxyz0' as NotificationId;

const inOneGo = (repeated: boolean) => ({
  repeated,
  tell: () => {},
  breathe: () => Promise.resolve(),
});

describe('a request that is repeated after its answer was lost', () => {
  let clock: DrivenClock;
  let notifications: MemoryNotifications;
  let accept: AcceptNotifications;
  let request: NotificationRequest;
  beforeEach(async () => {
    clock = new DrivenClock(START);
    notifications = new MemoryNotifications(new MemoryOutbox());
    const types = new MemoryNotificationTypes();
    const type = aType({ channels: ['email'], templates: { email: { default: 'tpl_e' } }, requiredData: [] });
    await types.insert(type);
    const settings = { from: 'Acme <no-reply@acme.example>' };
    accept = new AcceptNotifications(types, notifications, new RegisteredChannels([email]), settings, clock);
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
});
