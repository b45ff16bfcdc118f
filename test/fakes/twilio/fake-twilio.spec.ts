import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { DrivenClock } from '../kit/clock.js';
import { type FakeTwilio, type FakeTwilioOptions, startFakeTwilio, TWILIO_ACCOUNT } from './fake-twilio.js';
import { segmentsOf } from './twilio-messages.js';

const { sid: ACCOUNT, token: TOKEN } = TWILIO_ACCOUNT;
const MESSAGES = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`;
const SERVICE = `MG${'5e'.repeat(16)}`;
const CALLBACK = 'https://us.example/hooks/twilio?posthorn_delivery=dlv_1';
const ANN = { To: '+12025550123', From: '+12025550100', Body: 'Hi Ann' };

describe('the fake Twilio', () => {
  let clock: DrivenClock;
  let fake: FakeTwilio;

  async function restart(options: FakeTwilioOptions = {}): Promise<void> {
    await fake?.close();
    fake = await startFakeTwilio({ clock, ...options });
  }

  beforeEach(() => {
    clock = new DrivenClock();
    return restart();
  });

  afterEach(() => fake.close());

  const basic = (user: string, password: string) =>
    `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  async function call(path: string, form?: Record<string, string>, headers: Record<string, string> = {}) {
    const response = await fetch(fake.url + path, {
      method: form ? 'POST' : 'GET',
      headers: { authorization: basic(ACCOUNT, TOKEN), ...headers },
      ...(form && { body: new URLSearchParams(form) }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  }
  const send = (change: Record<string, string> = {}) => call(MESSAGES, { ...ANN, ...change });
  const accepted = () => fake.journal().filter(({ kind }) => kind === 'accepted');

  it('takes a message and answers with all of it', async () => {
    const { status, body } = await send({ StatusCallback: CALLBACK, ValidityPeriod: '300' });
    const { sid } = body as { sid: string };
    expect([status, sid]).toEqual([201, expect.stringMatching(/^SM[0-9a-f]{32}$/)]);
    const uri = `/2010-04-01/Accounts/${ACCOUNT}/Messages/${sid}`;
    expect(body).toEqual({
      account_sid: ACCOUNT,
      api_version: '2010-04-01',
      body: 'Hi Ann',
      date_created: 'Mon, 05 Jan 2026 09:00:00 +0000',
      date_sent: null,
      date_updated: 'Mon, 05 Jan 2026 09:00:00 +0000',
      direction: 'outbound-api',
      error_code: null,
      error_message: null,
      from: '+12025550100',
      messaging_service_sid: null,
      num_media: '0',
      num_segments: '1',
      price: null,
      price_unit: 'USD',
      sid,
      status: 'queued',
      subresource_uris: { media: `${uri}/Media.json` },
      to: '+12025550123',
      uri: `${uri}.json`,
    });
  });

  it('keeps what it took, with our delivery and all else it was told', async () => {
    const { body } = await send({ StatusCallback: CALLBACK, ValidityPeriod: '300' });
    const tags = { StatusCallback: CALLBACK, ValidityPeriod: '300', posthorn_delivery: 'dlv_1' };
    const message = {
      from: '+12025550100',
      to: ['+12025550123'],
      subject: '',
      text: 'Hi Ann',
      headers: {},
      tags,
    };
    expect(fake.mails()).toEqual([expect.objectContaining({ ...message, messageId: body['sid'] })]);
    expect(accepted()).toMatchObject([{ to: '+12025550123', deliveryId: 'dlv_1', messageId: body['sid'] }]);
  });

  it('has a messaging service choose the sender later', async () => {
    const { body } = await call(MESSAGES, { To: ANN.To, Body: 'Hi', MessagingServiceSid: SERVICE });
    expect(body).toMatchObject({ status: 'accepted', from: null, messaging_service_sid: SERVICE });
    expect(body['num_segments']).toBe('0');
    expect(fake.mails()).toMatchObject([{ from: SERVICE, tags: { MessagingServiceSid: SERVICE } }]);
  });

  it.each([
    ['no recipient', { To: '' }, 21604],
    ['no body', { Body: '' }, 21602],
    ['1,601 characters', { Body: 'x'.repeat(1601) }, 21617],
    ['no sender', { From: '' }, 21603],
    ['a recipient that is no number', { To: '0123' }, 21211],
    ['a callback that is no URL', { StatusCallback: '/hooks' }, 21609],
    ['a validity that is too long', { ValidityPeriod: '36001' }, 21624],
    ['a validity that is none', { ValidityPeriod: 'soon' }, 21624],
    ['a messaging service that is none', { MessagingServiceSid: 'MG1' }, 21701],
    ['a sender of somebody else', { From: '+15005550007' }, 21606],
    ['a sender that is no number', { From: '+15005550001' }, 21212],
  ])('refuses a message with %s', async (_, change, code) => {
    expect(await send(change)).toMatchObject({ status: 400, body: { code, status: 400 } });
    expect(accepted()).toEqual([]);
  });

  it('has numbers that provoke an error, in all its parts', async () => {
    const { status, body } = await send({ To: '+15005550004', StatusCallback: CALLBACK });
    expect(status).toBe(400);
    expect(body).toEqual({
      code: 21610,
      message: 'Attempt to send to unsubscribed recipient',
      more_info: 'https://www.twilio.com/docs/errors/21610',
      status: 400,
    });
    const rejected = fake.journal().filter(({ kind }) => kind === 'rejected');
    expect(rejected).toMatchObject([{ to: '+15005550004', error: '21610', deliveryId: 'dlv_1' }]);
  });

  it('turns down the recipients of a script, by any code', async () => {
    fake.setFaults([
      { match: { recipient: '0199$' }, effect: { kind: 'rejectRecipients', error: '21610' } },
      { match: { recipient: '0198$' }, effect: { kind: 'rejectRecipients' } },
    ]);
    expect((await send({ To: '+12025550199' })).body['code']).toBe(21610);
    expect((await send({ To: '+12025550198' })).body['code']).toBe(21211);
    expect((await send()).status).toBe(201);
  });

  it.each([
    [{ status: 429, retryAfter: 7 }, 429, 20429],
    [{ status: 500 }, 500, 20500],
    [{ status: 503 }, 503, 20503],
    [{ status: 401 }, 401, 20003],
    [{ status: 400, error: '30008' }, 400, 30008],
  ])('fails as it is told: %j', async (effect, status, code) => {
    fake.setFaults([{ effect: { kind: 'status', ...effect } }]);
    const answer = await send();
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.headers.get('retry-after')).toBe('retryAfter' in effect ? '7' : null);
  });

  it('wants the credentials of the account in the path', async () => {
    for (const authorization of ['', basic(ACCOUNT, 'other'), basic('ACother', TOKEN), 'Bearer x']) {
      const { status, body, headers } = await call(MESSAGES, ANN, { authorization });
      expect([status, body['code']]).toEqual([401, 20003]);
      expect(headers.get('www-authenticate')).toContain('Basic');
    }
    const foreign = await call('/2010-04-01/Accounts/ACother/Messages.json', ANN);
    expect([foreign.status, foreign.body['code']]).toEqual([404, 20404]);
  });

  it('shows the account, and sends nothing for one that is suspended', async () => {
    const path = `/2010-04-01/Accounts/${ACCOUNT}.json`;
    expect((await call(path)).body).toMatchObject({ sid: ACCOUNT, status: 'active', type: 'Full' });
    await restart({ accountStatus: 'suspended' });
    expect((await call(path)).body['status']).toBe('suspended');
    expect((await send()).body['code']).toBe(20005);
  });

  it('limits requests per second and messages per day', async () => {
    await restart({ requestsPerSecond: 1, dailyLimit: 1 });
    await send();
    const fast = await send();
    expect([fast.status, fast.body['code'], fast.headers.get('retry-after')]).toEqual([429, 20429, '1']);
    clock.advance(1000);
    expect((await send()).body['code']).toBe(63038);
  });

  it('counts in bench mode', async () => {
    await restart({ journal: 'count' });
    expect((await send({ Body: 'Body=Body=' })).body['sid']).toMatch(/^SM/);
    expect(fake.stats()).toMatchObject({ requests: 1, accepted: 1 });
  });

  it('calls back as Twilio does, signed so that its own validator believes it', async () => {
    const { body } = await send({ StatusCallback: CALLBACK });
    const sid = String(body['sid']);
    const signed = fake.callback(sid, 'undelivered', 30006);
    const fields = Object.fromEntries(new URLSearchParams(signed.body.toString()));
    expect(fields).toEqual({
      MessageSid: sid,
      SmsSid: sid,
      MessageStatus: 'undelivered',
      SmsStatus: 'undelivered',
      ErrorCode: '30006',
      RawDlrDoneDate: '2601050900',
      To: '+12025550123',
      From: '+12025550100',
      AccountSid: ACCOUNT,
      ApiVersion: '2010-04-01',
    });
    expect([signed.method, signed.url]).toEqual(['POST', CALLBACK]);
    expect(validateRequest(TOKEN, signed.headers['x-twilio-signature'] ?? '', CALLBACK, fields)).toBe(true);
  });

  it('has nobody to call back about a message it never saw, or that came without a URL', async () => {
    const { body } = await send();
    expect(() => fake.callback(String(body['sid']), 'sent')).toThrow('nobody is to be called back');
    expect(() => fake.callback('SM0', 'sent')).toThrow('nobody is to be called back');
  });

  it.each([
    ['', 1],
    ['x'.repeat(160), 1],
    ['x'.repeat(161), 2],
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    ['漢'.repeat(70), 1],
    ['漢'.repeat(71), 2],
    ['👋'.repeat(36), 2],
  ])('counts segments as phones do: %s', (text, count) => {
    expect(segmentsOf(text)).toBe(count);
  });
});
