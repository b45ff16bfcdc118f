import { describe, expect, it } from '@jest/globals';
import type { PushMessage } from '#ports/delivery/push-provider.js';
import { fcmRequest, MAX_PAYLOAD_BYTES } from './fcm-request.js';

const NOW = Date.UTC(2026, 0, 5, 9) + 999;
const SECOND = Math.floor(NOW / 1000);

const aPush = (change: Partial<PushMessage> = {}): PushMessage => ({
  deliveryId: 'dlv_1',
  to: 'token:abc',
  title: 'Hi',
  body: 'Hello',
  data: { screen: 'inbox' },
  urgent: false,
  ...change,
});

function messageOf(change: Partial<PushMessage>): unknown {
  const request = fcmRequest(aPush(change), NOW);
  return 'body' in request ? (JSON.parse(request.body) as { message: unknown }).message : request;
}

describe('a call to FCM', () => {
  it('says all of a message, and leaves to the platforms what nobody asked for', () => {
    expect(messageOf({})).toEqual({
      token: 'abc',
      notification: { title: 'Hi', body: 'Hello' },
      data: { screen: 'inbox', posthorn_delivery: 'dlv_1' },
      android: { priority: 'NORMAL' },
      apns: { headers: { 'apns-priority': '5' } },
      webpush: { headers: { Urgency: 'normal' } },
    });
  });

  it('tells every platform in its own words that a message is urgent and how long it is good for', () => {
    expect(messageOf({ urgent: true, validForSeconds: 300 })).toMatchObject({
      android: { priority: 'HIGH', ttl: '300s' },
      apns: { headers: { 'apns-priority': '10', 'apns-expiration': String(SECOND + 300) } },
      webpush: { headers: { Urgency: 'high', TTL: '300' } },
    });
  });

  it.each([
    [0, '0s', '0'],
    [-5, '0s', '0'],
    [59.9, '59s', String(SECOND + 59)],
    [1e9, '2419200s', String(SECOND + 2_419_200)],
  ])('keeps %d seconds within what FCM takes', (validForSeconds, ttl, expiration) => {
    expect(messageOf({ validForSeconds })).toMatchObject({
      android: { ttl },
      apns: { headers: { 'apns-expiration': expiration } },
    });
  });

  it('goes to an installation id, whatever characters there are in it', () => {
    const message = messageOf({ to: 'fid:a:b\n"c' });
    expect(message).toMatchObject({ fid: 'a:b\n"c' });
    expect(message).not.toHaveProperty('token');
  });

  it('lets no application pass off another delivery as this one', () => {
    expect(messageOf({ data: { posthorn_delivery: 'dlv_other' } })).toMatchObject({
      data: { posthorn_delivery: 'dlv_1' },
    });
  });

  it('needs no title', () => {
    const { title: _, ...untitled } = aPush();
    const request = fcmRequest(untitled, NOW);
    expect('body' in request && JSON.parse(request.body)).toMatchObject({
      message: { notification: { body: 'Hello' } },
    });
  });

  it.each(['abc', 'token:', 'fid:', '', 'topic:all', 'TOKEN:abc'])('is not made for the address %j', (to) => {
    expect(messageOf({ to })).toEqual({ refused: expect.stringContaining('address') });
  });

  it.each(['from', 'message_type', 'google', 'google.x', 'gcm.notification.title'])(
    'is not made with %s among the data, which FCM would blame on the device',
    (key) => {
      expect(messageOf({ data: { [key]: '' } })).toEqual({ refused: expect.stringContaining(key) });
    },
  );

  it.each(['fromage', 'googleplex', 'message'])('is made with %s, which is nobody’s', (key) => {
    expect(messageOf({ data: { [key]: 'x' } })).toMatchObject({ data: { [key]: 'x' } });
  });

  it('is made for 4 KB, counted in bytes, and for no byte more', () => {
    const empty = { notification: { title: 'Hi', body: '' }, data: { posthorn_delivery: 'dlv_1' } };
    const room = MAX_PAYLOAD_BYTES - JSON.stringify(empty).length;
    const body = 'é'.repeat(Math.floor(room / 2)) + 'x'.repeat(room % 2);
    expect(messageOf({ body, data: {} })).toMatchObject({ notification: { body } });
    expect(messageOf({ body: `${body}x`, data: {} })).toEqual({
      refused: '4097 bytes of title, body and data; FCM takes 4096',
    });
  });
});
