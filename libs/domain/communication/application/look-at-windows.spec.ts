import { beforeEach, describe, expect, it } from '@jest/globals';
import { sms } from '#adapters/channels/sms-channel.js';
import { whatsapp } from '#adapters/channels/whatsapp-channel.js';
import type { FallbackRule } from '#domain/communication/model/notification-type.js';
import { accepted, type Notification } from '#domain/communication/model/notification.js';
import { Moving } from '#domain/communication/testing/moving.js';
import { aNotification, aType } from '#ports/communication/testing/communication-stores.js';
import { acme, HOUR, START } from '#ports/delivery/testing/delivery-stores.js';
import { legDispatchId } from './notification-dispatch.js';

const ANN = '+491701234567';
const TEXTS = { tpl_free: 'Hello {{name}}', tpl_approved: 'template: order_shipped en_US 1\n{{name}}' };
const PATIENT: FallbackRule = { mode: 'fallback' };

describe('a notification by WhatsApp', () => {
  let its: Moving;
  beforeEach(() => {
    its = new Moving([whatsapp, sms], TEXTS);
  });

  const routed = async (
    templateId: keyof typeof TEXTS,
    { channels = ['whatsapp', 'sms'], fallback = PATIENT } = {},
  ): Promise<Notification> => {
    const templates = { whatsapp: { default: templateId }, sms: { default: 'tpl_s' } };
    await its.types.insert(aType({ channels, fallback, templates }));
    const to = { addresses: { whatsapp: ANN, phone: ANN } };
    const notification = accepted({ ...aNotification({ to }).order, acceptedAt: its.clock.now() });
    await its.notifications.accept([notification]);
    await its.move.whenDue(notification);
    return now(notification);
  };
  const now = async ({ order }: Notification): Promise<Notification> => {
    const found = await its.notifications.find(acme, order.id);
    if (!found) throw new Error('It is gone.');
    return found;
  };
  const legs = (notification: Notification): string[] =>
    notification.legs.map(({ channel, state }) => `${channel} ${state}`);
  const wasOrdered = async ({ order }: Notification): Promise<boolean> =>
    (await its.delivery.stats(legDispatchId(order.id, 'whatsapp'))) !== undefined;

  it('whose template is a text is not sent to somebody who never wrote, and the trace says why', async () => {
    const notification = await routed('tpl_free');
    expect(legs(notification)).toEqual(['sms sending']);
    expect(await wasOrdered(notification)).toBe(false);
    expect(notification.trace).toContainEqual({
      at: START,
      code: 'window_closed',
      channel: 'whatsapp',
      words:
        'The recipient has not written to us on whatsapp lately, and its template is not one that may be sent then.',
    });
  });

  it.each([
    [24 * HOUR - 1, ['whatsapp sending', 'sms waiting']],
    [24 * HOUR, ['sms sending']],
  ])('whose template is a text, %i ms after they wrote: %j', async (ago, expected) => {
    await its.profiles.touch('whatsapp', ANN, START - ago);
    expect(legs(await routed('tpl_free'))).toEqual(expected);
  });

  it('counts what was written on this channel, by this person', async () => {
    await its.profiles.touch('sms', ANN, START);
    await its.profiles.touch('whatsapp', '+491709999999', START);
    expect(legs(await routed('tpl_free'))).toEqual(['sms sending']);
  });

  it('whose template WhatsApp has approved is sent to anybody, at any time', async () => {
    const notification = await routed('tpl_approved');
    expect(legs(notification)).toEqual(['whatsapp sending', 'sms waiting']);
    expect(await wasOrdered(notification)).toBe(true);
  });

  it('fails without being ordered when the window has closed before its turn came', async () => {
    await its.profiles.touch('whatsapp', ANN, START - 24 * HOUR + 5_000);
    const first = await routed('tpl_free', {
      channels: ['sms', 'whatsapp'],
      fallback: { mode: 'fallback', timeoutMs: 5_000 },
    });
    expect(legs(first)).toEqual(['sms sending', 'whatsapp waiting']);
    await its.clock.advance(5_000);
    await its.move.whenDue(first);
    const after = await now(first);
    expect(legs(after)).toEqual(['sms abandoned', 'whatsapp failed']);
    expect(after.legs[1]?.reason).toBe('the recipient has not written to us lately enough');
    expect(after.status).toBe('failed');
    expect(await wasOrdered(after)).toBe(false);
  });

  it('that was ordered in time is not failed by a look after the window has closed', async () => {
    await its.profiles.touch('whatsapp', ANN, START);
    const notification = await routed('tpl_free');
    await its.clock.advance(24 * HOUR);
    await its.move.whenDue(notification);
    expect(legs(await now(notification))).toEqual(['whatsapp sending', 'sms waiting']);
  });
});
