import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MAX_ANSWER_BYTES } from '#adapters/http/http-client.js';
import type { SmsMessage } from '#ports/delivery/sms-provider.js';
import type { CallEffect } from '#test/fakes/kit/fault-rules.js';
import {
  type FakeTwilio,
  type FakeTwilioOptions,
  startFakeTwilio,
  TWILIO_ACCOUNT,
} from '#test/fakes/twilio/fake-twilio.js';
import { TwilioProvider, type TwilioSettings } from './twilio-provider.js';

const { sid: accountSid, token: authToken } = TWILIO_ACCOUNT;
const FROM = '+12025550100';
const SERVICE = `MG${'5e'.repeat(16)}`;
const SECRETS = [authToken, Buffer.from(`${accountSid}:${authToken}`).toString('base64')];
/** Long enough for a call over an open loopback connection, short enough to wait for in a test. */
const PATIENCE_MS = 300;

describe('TwilioProvider', () => {
  let fake: FakeTwilio;
  let provider: TwilioProvider;

  async function start(options: FakeTwilioOptions = {}, settings: Partial<TwilioSettings> = {}) {
    fake = await startFakeTwilio(options);
    const standard = { accountSid, authToken, from: FROM, baseUrl: fake.url };
    provider = new TwilioProvider({ ...standard, ...settings }, new DrivenClock());
  }
  async function stop() {
    provider.close();
    await fake.close();
  }
  beforeEach(() => start());
  afterEach(stop);

  const aText = (change: Partial<SmsMessage> = {}): SmsMessage => ({
    deliveryId: 'dlv_000001',
    to: '+12025550123',
    body: 'Ihr Code: 123456 & mehr=ja 👋',
    ...change,
  });
  const send = async (message = aText(), timeoutMs = 5_000) => {
    const outcomes = await provider.send({ key: 'call_1', messages: [message], timeoutMs });
    expect(outcomes).toHaveLength(1);
    for (const secret of SECRETS) expect(JSON.stringify(outcomes)).not.toContain(secret);
    return outcomes[0]!;
  };

  describe('sending', () => {
    it.each([200, 201, 400, 401, 429, 500])(
      'finds an outcome in an answer of %i that has objects in the place of words',
      async (status) => {
        const odd = { toString: 1, valueOf: 2 };
        const sid = `SM${'0'.repeat(32)}`;
        const words = { status: 'failed', friendly_name: odd, message: odd, error_message: odd, code: odd };
        fake.setFaults([{ effect: { kind: 'status', status, body: { sid, error_code: odd, ...words } } }]);
        const outcome = await send();
        expect(outcome.kind).not.toBe('accepted');
        expect('reason' in outcome && typeof outcome.reason).toBe('string');
        expect(typeof (await provider.check()).detail).toBe('string');
      },
    );

    it('brings a message to its recipient as it is, and knows it by Twilio’s sid', async () => {
      const outcome = await send();
      const [mail] = fake.mails();
      expect(mail).toMatchObject({ from: FROM, to: ['+12025550123'], text: aText().body });
      expect(outcome).toEqual({ kind: 'accepted', providerMessageId: mail?.messageId });
      expect(mail?.tags).toEqual({});
    });

    it('has a messaging service choose the number', async () => {
      await stop();
      await start({}, { from: SERVICE });
      expect((await send()).kind).toBe('accepted');
      expect(fake.mails()[0]?.tags).toEqual({ MessagingServiceSid: SERVICE });
    });

    it.each([
      ['https://us.example/hooks/twilio', 'https://us.example/hooks/twilio?posthorn_delivery=dlv_000001'],
      [
        'https://us.example/hooks/twilio?a=b#part',
        'https://us.example/hooks/twilio?a=b&posthorn_delivery=dlv_000001',
      ],
    ])('asks to be called back at %s, about this delivery', async (statusCallback, url) => {
      await stop();
      await start({}, { statusCallback });
      await send();
      expect(fake.mails()[0]).toMatchObject({ deliveryId: 'dlv_000001', tags: { StatusCallback: url } });
    });

    it.each([
      [300, '300'],
      [0.5, '1'],
      [90_000, '36000'],
    ])('says that a message is of use for %s seconds, as far as Twilio can', async (seconds, told) => {
      expect((await send(aText({ validForSeconds: seconds }))).kind).toBe('accepted');
      expect(fake.mails()[0]?.tags['ValidityPeriod']).toBe(told);
    });

    it('sends 1,600 characters', async () => {
      expect((await send(aText({ body: 'ü'.repeat(1600) }))).kind).toBe('accepted');
    });

    it('sends nothing for no messages', async () => {
      expect(await provider.send({ key: 'call_1', messages: [], timeoutMs: 5_000 })).toEqual([]);
      expect(fake.stats().requests).toBe(0);
    });

    it('makes one request for a call and never a second one, whatever comes of it', async () => {
      fake.setFaults([{ effect: { kind: 'acceptThenDrop' } }]);
      await send();
      fake.setFaults([{ effect: { kind: 'status', status: 503, retryAfter: 0 } }]);
      await send();
      expect(fake.stats().requests).toBe(2);
    });

    it('carries as many calls at once as its pool is made for', async () => {
      const calls = Array.from({ length: 32 }, (_, n) => send(aText({ deliveryId: `dlv_${n}` })));
      expect((await Promise.all(calls)).map(({ kind }) => kind)).toEqual(Array(32).fill('accepted'));
      expect(fake.stats()).toMatchObject({ accepted: 32 });
      expect(fake.stats().peakInFlight).toBeLessThanOrEqual(provider.capabilities.maxInFlight);
    });
  });

  describe('a recipient whom Twilio turns down', () => {
    it.each([
      ['is no number', '+15005550001', { kind: 'rejected' }],
      ['cannot be reached from here', '+15005550002', { kind: 'rejected' }],
      ['lives where we may not send', '+15005550003', { kind: 'misconfigured' }],
      ['has said STOP', '+15005550004', { kind: 'rejected', hardBounce: true }],
      ['has no mobile number', '+15005550009', { kind: 'rejected' }],
    ])('because it %s', async (_, to, outcome) => {
      expect(await send(aText({ to }))).toEqual({
        ...outcome,
        reason: expect.stringMatching(/^21\d{3}: ./),
      });
      expect(fake.mails()).toEqual([]);
    });

    it.each([
      [20003, 401, 'misconfigured'],
      [20429, 429, 'throttled'],
      [21211, 400, 'rejected'],
      [21408, 400, 'misconfigured'],
      [21606, 400, 'misconfigured'],
      [21610, 400, 'rejected'],
      [21611, 429, 'throttled'],
      [21612, 400, 'rejected'],
      [21614, 400, 'rejected'],
      [30001, 400, 'throttled'],
      [30003, 400, 'unavailable'],
      [30006, 400, 'rejected'],
      [30008, 400, 'unavailable'],
      [30022, 400, 'throttled'],
      [63016, 400, 'rejected'],
      [63018, 400, 'throttled'],
      [63024, 400, 'rejected'],
    ])('with code %i', async (code, status, kind) => {
      fake.setFaults([{ effect: { kind: 'status', status, error: String(code), message: 'so it is' } }]);
      expect(await send()).toMatchObject({ kind, reason: `${code}: so it is` });
      fake.setFaults([{ effect: { kind: 'status', status: 201, body: aFailedMessage(code) } }]);
      expect(await send()).toMatchObject({ kind, reason: `${code}: so it is` });
    });

    const aFailedMessage = (code: number) => ({
      sid: `SM${'0'.repeat(32)}`,
      status: 'failed',
      error_code: code,
      error_message: 'so it is',
    });
  });

  describe('when Twilio', () => {
    const troubles: readonly (readonly [words: string, effect: CallEffect, outcome: object])[] = [
      [
        'says that we are too fast',
        { kind: 'status', status: 429, retryAfter: 7 },
        { kind: 'throttled', retryAfterMs: 7000 },
      ],
      ['says that the day’s messages are used up', { kind: 'quota' }, { kind: 'throttled' }],
      ['says 503', { kind: 'status', status: 503 }, { kind: 'unavailable' }],
      ['says 500', { kind: 'status', status: 500 }, { kind: 'unknown' }],
      ['has a gateway in front that fails', { kind: 'status', status: 502 }, { kind: 'unknown' }],
      ['has a gateway in front that times out', { kind: 'status', status: 504 }, { kind: 'unknown' }],
      ['takes the call and hangs up', { kind: 'acceptThenDrop' }, { kind: 'unknown' }],
      ['hangs up before it has read the call', { kind: 'dropBeforeRead' }, { kind: 'unknown' }],
      [
        'answers success with garbage',
        { kind: 'status', status: 201, accepted: true, body: '\u0000{"sid":[[[' },
        { kind: 'unknown' },
      ],
      [
        'answers success with a sid that is none',
        { kind: 'status', status: 201, accepted: true, body: { sid: 'yes' } },
        { kind: 'unknown' },
      ],
      [
        'answers without end',
        { kind: 'status', status: 201, accepted: true, body: 'x'.repeat(MAX_ANSWER_BYTES + 1) },
        { kind: 'unknown' },
      ],
      [
        'is not who answers',
        { kind: 'status', status: 200, body: '<html>Welcome to the hotel Wi-Fi</html>' },
        { kind: 'unknown' },
      ],
      [
        'quotes our token',
        { kind: 'status', status: 401, error: '20003', message: `${authToken} is wrong` },
        { kind: 'misconfigured', reason: '20003: *** is wrong' },
      ],
      [
        'quotes our header',
        { kind: 'status', status: 403, body: { message: `Basic ${SECRETS[1]}`, code: 99999 } },
        { kind: 'misconfigured', reason: '99999: Basic ***' },
      ],
    ];
    it.each(troubles)('%s, it says so', async (_, effect, outcome) => {
      fake.setFaults([{ effect }]);
      expect(await send()).toMatchObject(outcome);
    });

    it.each([false, true])('never answers (having taken it: %s), nobody knows', async (accepted) => {
      // With the connection open, silence is met after the call has left and not on the way to it.
      await send();
      fake.setFaults([{ effect: { kind: 'hang', accepted } }]);
      expect((await send(aText(), PATIENCE_MS)).kind).toBe('unknown');
    });

    it('is not there, nothing can have been taken', async () => {
      await fake.close();
      expect(await send()).toEqual({ kind: 'unavailable', reason: 'ECONNREFUSED' });
      expect((await provider.check()).ok).toBe(false);
    });

    it('is not asked by a provider that was closed', async () => {
      provider.close();
      provider.close();
      expect((await send()).kind).toBe('unavailable');
      expect(fake.stats().requests).toBe(0);
    });
  });

  it('waits as long as the rate limit says, which Twilio does not tell beforehand', async () => {
    await stop();
    await start({ requestsPerSecond: 1 });
    await send();
    expect(await send()).toMatchObject({ kind: 'throttled', retryAfterMs: 1000 });
    expect(await provider.quota()).toEqual({});
  });

  it('parks for an hour when the day’s messages are used up: the day is a moving one', async () => {
    await stop();
    await start({ dailyLimit: 1 });
    await send();
    expect(await send()).toMatchObject({ kind: 'throttled', parkUntil: Date.UTC(2026, 0, 1, 1) });
  });

  describe('looking after itself', () => {
    it('names the account that works, and not its token, which Twilio tells in the same breath', async () => {
      expect(await provider.check()).toEqual({ ok: true, detail: 'The account "Fake account" is active.' });
      expect(fake.mails()).toEqual([]);
    });

    it('knows of an account that may not send', async () => {
      await stop();
      await start({ accountStatus: 'suspended' });
      expect(await provider.check()).toEqual({
        ok: false,
        detail: 'The account "Fake account" is suspended.',
      });
      expect((await send()).kind).toBe('misconfigured');
    });

    it.each([
      ['token', { authToken: 'not-the-token' }, /^HTTP 401: Authenticate$/],
      ['account', { accountSid: `AC${'1'.repeat(32)}` }, /^HTTP 401/],
      ['account, with a path in it', { accountSid: '../../x' }, /^HTTP 401/],
    ])('takes a wrong %s for a matter of configuration', async (_, settings, detail) => {
      await stop();
      await start({}, settings);
      expect(await provider.check()).toEqual({ ok: false, detail: expect.stringMatching(detail) });
      const outcome = await send();
      expect(outcome.kind).toBe('misconfigured');
      expect(JSON.stringify(outcome)).not.toContain('not-the-token');
      expect(fake.mails()).toEqual([]);
    });

    it('takes a sender that is not ours for a matter of configuration', async () => {
      await stop();
      await start({ senders: ['+12025550199'] });
      expect(await send()).toMatchObject({ kind: 'misconfigured', reason: expect.stringMatching(/^21606/) });
    });
  });
});
