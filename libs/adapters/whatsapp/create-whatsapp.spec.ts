import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { startFakeWhatsApp, WHATSAPP_ACCOUNT } from '#test/fakes/whatsapp/fake-whatsapp.js';
import { create, createCallbacks } from './create-whatsapp.js';

const { token, phoneNumberId, appSecret, verifyToken } = WHATSAPP_ACCOUNT;
const clock = new DrivenClock();

describe('WhatsApp’s settings', () => {
  it('make a provider that reaches the API of the version asked for', async () => {
    const fake = await startFakeWhatsApp();
    const provider = create(
      { token, phoneNumberId, baseUrl: `${fake.url}/`, version: 'v24.0', maxInFlight: 3 },
      { clock },
    );
    const content = { kind: 'template', name: 'hello_world', language: 'en_US', parameters: [] } as const;
    const messages = [{ deliveryId: 'dlv_1', to: '+15551234567', content }];
    const outcomes = await provider.send({ key: 'call_1', messages, timeoutMs: 5_000 });
    expect(outcomes).toMatchObject([{ kind: 'accepted' }]);
    expect(fake.journal()[0]).toMatchObject({ path: `/v24.0/${phoneNumberId}/messages` });
    expect(provider.capabilities).toMatchObject({ maxBatch: 1, idempotencyKey: false, maxInFlight: 3 });
    provider.close();
    await fake.close();
  });

  it.each<readonly [settings: Record<string, unknown>, message: RegExp]>([
    [{ token }, /^whatsapp: phoneNumberId is missing$/],
    [{ phoneNumberId }, /^whatsapp: token is missing$/],
    [{ token, phoneNumberId: '+15550783881' }, /^whatsapp: phoneNumberId must be the digits/],
    [{ token, phoneNumberId: '../me' }, /^whatsapp: phoneNumberId must be the digits/],
    [{ token, phoneNumberId, version: '23' }, /^whatsapp: version must be/],
    [{ token, phoneNumberId, version: 'v23.0/../x' }, /^whatsapp: version must be/],
    [{ token, phoneNumberId, baseUrl: 'graph.facebook.com' }, /^whatsapp: baseUrl must be/],
    [{ token, phoneNumberId, maxInFlight: 0 }, /^whatsapp: maxInFlight must be/],
  ])('%j are refused by name', (settings, message) => {
    expect(() => create(settings, { clock })).toThrow(message);
  });

  it.each<readonly [settings: Record<string, unknown>, message: RegExp]>([
    [{ verifyToken, phoneNumberId }, /^whatsapp: appSecret is missing$/],
    [{ appSecret: '', verifyToken, phoneNumberId }, /^whatsapp: appSecret is missing$/],
    [{ appSecret, phoneNumberId }, /^whatsapp: verifyToken is missing$/],
    [{ appSecret, verifyToken: 7, phoneNumberId }, /^whatsapp: verifyToken must be a text$/],
    [{ appSecret, verifyToken }, /^whatsapp: phoneNumberId is missing$/],
  ])('%j read no callbacks', (settings, message) => {
    expect(() => createCallbacks(settings)).toThrow(message);
  });

  it('make a reader of callbacks', () => {
    expect(createCallbacks({ appSecret, verifyToken, phoneNumberId }).provider).toBe('whatsapp');
  });
});
