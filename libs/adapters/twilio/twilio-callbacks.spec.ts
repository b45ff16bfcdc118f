import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import {
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from 'twilio/lib/webhooks/webhooks.js';
import type { CallbackReading, RawCallback } from '#ports/delivery/provider-callbacks.js';
import {
  describeProviderCallbacksContract,
  RECEIVED_AT,
} from '#ports/delivery/provider-callbacks.contract.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { type FakeTwilio, startFakeTwilio, TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import { type SignedCallback, signedForm, signedJson } from '#test/fakes/twilio/twilio-signing.js';
import { TwilioCallbacks } from './twilio-callbacks.js';
import { TwilioProvider } from './twilio-provider.js';

const NOW = Date.UTC(2026, 0, 5, 9);
const { sid: accountSid, token } = TWILIO_ACCOUNT;
const HOOK = 'https://us.example/hooks/twilio';
const SID = `SM${'0a'.repeat(16)}`;
const REFUSED: CallbackReading = { kind: 'refused', code: 'signature_invalid' };
const callbacks = new TwilioCallbacks(token);

const raw = (signed: SignedCallback, change: Partial<RawCallback> = {}): RawCallback => ({
  ...signed,
  receivedAt: NOW,
  ...change,
});
const read = (signed: SignedCallback, change: Partial<RawCallback> = {}) =>
  callbacks.read(raw(signed, change));
const form = (url: string, fields: Record<string, string>) => signedForm(token, url, Object.entries(fields));
const signatureOf = ({ headers }: SignedCallback) => headers['x-twilio-signature'] ?? '';

/** A form as the published validator wants it: a list for each name that comes several times. */
function parametersOf(body: Uint8Array | string): Record<string, string | string[]> {
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
  const names = [...new Set(form.keys())];
  const entries = names.map((name): [string, string | string[]] => {
    const [first = '', ...others] = form.getAll(name);
    return [name, others.length === 0 ? first : [first, ...others]];
  });
  return Object.fromEntries(entries);
}

/** What Twilio's own published validator says of a form. */
const published = ({ url, headers, body }: Pick<RawCallback, 'url' | 'headers' | 'body'>, secret = token) =>
  validateRequest(secret, headers['x-twilio-signature'] ?? '', url, parametersOf(body));

const SCHEME = { signatureHeaders: ['x-twilio-signature'], readsAtMost: 64 * 1024 };

describeProviderCallbacksContract('TwilioCallbacks', SCHEME, () => ({
  callbacks,
  call({ payload, byStranger = false } = {}) {
    const told = { MessageSid: SID, MessageStatus: 'delivered', AccountSid: accountSid, To: '+12025550123' };
    const fields = payload === undefined ? Object.entries(told) : [...new URLSearchParams(payload).entries()];
    const signed = signedForm(byStranger ? 'f'.repeat(32) : token, HOOK, fields);
    return { ...signed, receivedAt: RECEIVED_AT };
  },
}));

describe('the status callbacks of a message that was sent', () => {
  let fake: FakeTwilio;
  let sid: string;

  beforeAll(async () => {
    fake = await startFakeTwilio();
    const settings = { accountSid, authToken: token, from: '+12025550100', baseUrl: fake.url };
    const provider = new TwilioProvider({ ...settings, statusCallback: HOOK }, new DrivenClock());
    const message = { deliveryId: 'dlv_000001', to: '+12025550123', body: 'Hi' };
    const [outcome] = await provider.send({ key: 'call_1', messages: [message], timeoutMs: 5_000 });
    sid = outcome?.kind === 'accepted' ? outcome.providerMessageId : '';
    provider.close();
  });
  afterAll(() => fake.close());

  const about = () => ({
    provider: 'twilio',
    at: NOW,
    providerMessageId: sid,
    deliveryId: 'dlv_000001',
    address: '+12025550123',
  });

  it.each([
    ['sent', undefined, { kind: 'sent' }],
    ['delivered', undefined, { kind: 'delivered' }],
    ['read', undefined, { kind: 'read' }],
    ['undelivered', 30005, { kind: 'bounced', permanent: true, reason: '30005' }],
    ['undelivered', 30006, { kind: 'bounced', permanent: true, reason: '30006' }],
    ['undelivered', 30003, { kind: 'bounced', permanent: false, reason: '30003' }],
    ['undelivered', 30007, { kind: 'bounced', permanent: false, reason: '30007' }],
    ['undelivered', undefined, { kind: 'bounced', permanent: false }],
    ['failed', 30008, { kind: 'failed', reason: '30008' }],
    ['canceled', undefined, { kind: 'failed' }],
  ] as const)('%s %s', async (status, code, event) => {
    const signed = fake.callback(sid, status, code);
    expect(published(signed)).toBe(true);
    expect(await read(signed)).toEqual({
      kind: 'told',
      events: [{ key: `${sid}:${status}`, ...about(), ...event }],
      inbound: [],
    });
  });

  it.each(['accepted', 'scheduled', 'queued', 'sending'] as const)('%s is no news', async (status) => {
    expect(await read(fake.callback(sid, status))).toEqual({ kind: 'told', events: [], inbound: [] });
  });

  it('tell of a STOP that a messaging service found out about too late', async () => {
    const { deliveryId: _, ...rest } = about();
    expect(await read(fake.callback(sid, 'failed', 21610))).toEqual({
      kind: 'told',
      events: [
        { key: `${sid}:failed`, ...about(), kind: 'failed', reason: '21610' },
        { key: `${sid}:opted_out`, ...rest, kind: 'opted_out' },
      ],
      inbound: [],
    });
  });

  it('tell the same again when they are repeated', async () => {
    const signed = fake.callback(sid, 'delivered');
    expect(await read(signed)).toEqual(await read(signed, { receivedAt: NOW }));
  });
});

describe('a callback', () => {
  const delivered = { MessageSid: SID, MessageStatus: 'delivered', To: '+12025550123' };
  const told = async (fields: Record<string, string>, url = HOOK) => {
    const reading = await read(form(url, fields));
    return reading.kind === 'told' ? reading : { ...reading, events: [], inbound: [] };
  };

  it('about a message that came with no delivery of ours is told by Twilio’s sid alone', async () => {
    for (const query of [
      '',
      '?posthorn_delivery=',
      '?posthorn_delivery=%00%0a',
      `?posthorn_delivery=${'x'.repeat(65)}`,
    ])
      expect((await told(delivered, HOOK + query)).events).toEqual([
        {
          key: `${SID}:delivered`,
          kind: 'delivered',
          provider: 'twilio',
          at: NOW,
          providerMessageId: SID,
          address: '+12025550123',
        },
      ]);
  });

  it('from WhatsApp has an address without its prefix', async () => {
    const { events } = await told({ ...delivered, To: 'whatsapp:+12025550123', MessageStatus: 'read' });
    expect(events).toMatchObject([{ kind: 'read', address: '+12025550123' }]);
  });

  it('names no address where there is no number', async () => {
    expect((await told({ ...delivered, To: 'messenger:123' })).events[0]).not.toHaveProperty('address');
  });

  it('gives Twilio’s words on one line, and not all of them', async () => {
    const fields = {
      ...delivered,
      MessageStatus: 'failed',
      ErrorCode: '30008',
      ErrorMessage: `a\r\nb${'c'.repeat(900)}`,
    };
    const [event] = (await told(fields)).events;
    expect(event?.reason).toMatch(/^30008: a bc+…$/);
    expect(event?.reason?.length).toBeLessThanOrEqual(500);
  });

  it.each([
    ['no sid', { MessageStatus: 'delivered' }],
    ['a sid that is none', { ...delivered, MessageSid: 'SM1' }],
    ['no status', { MessageSid: SID, To: '+12025550123' }],
    ['a status nobody knows', { ...delivered, MessageStatus: 'constructor' }],
  ])('with %s is malformed', async (_, fields) => {
    expect(await read(form(HOOK, fields))).toEqual({ kind: 'malformed', reason: expect.any(String) });
  });

  it('that gives a name two values says nothing by it', async () => {
    const twice = signedForm(token, HOOK, [
      ...Object.entries(delivered),
      ['MessageSid', `SM${'f'.repeat(32)}`],
    ]);
    expect(published(twice)).toBe(true);
    expect(await read(twice)).toEqual({ kind: 'malformed', reason: 'no MessageSid' });
  });
});

describe('somebody who writes to us', () => {
  const FROM = '+12025550123';
  let fake: FakeTwilio;
  beforeAll(async () => {
    fake = await startFakeTwilio();
  });
  afterAll(() => fake.close());

  const write = (body: string, change: { from?: string; optOutType?: 'STOP' | 'START' | 'HELP' } = {}) =>
    fake.inbound({ from: FROM, to: '+12025550100', body, url: HOOK, sid: SID, ...change });
  const heard = { channel: 'sms', from: FROM, at: NOW } as const;
  const wish = (kind: string) => ({
    key: `${SID}:received`,
    kind,
    provider: 'twilio',
    at: NOW,
    providerMessageId: SID,
    address: FROM,
  });

  it.each([
    'STOP',
    'STOPALL',
    'UNSUBSCRIBE',
    'CANCEL',
    'END',
    'QUIT',
    'REVOKE',
    'OPTOUT',
    ' stop ',
    'Stop.',
    'opt-out',
  ])('and says %j is written to no more', async (body) => {
    expect(published(write(body))).toBe(true);
    expect(await read(write(body))).toEqual({ kind: 'told', events: [wish('opted_out')], inbound: [heard] });
  });

  it.each(['START', 'YES', 'UNSTOP', 'start', 'Yes!'])(
    'and says %j may be written to again',
    async (body) => {
      expect(await read(write(body))).toEqual({ kind: 'told', events: [wish('opted_in')], inbound: [heard] });
    },
  );

  it.each(['', 'Hello 👋', 'please stop', 'STOP it, that tickles', 'HELP', 'constructor', 'S'.repeat(1600)])(
    'and says %j has only written',
    async (body) => {
      expect(await read(write(body))).toEqual({ kind: 'told', events: [], inbound: [heard] });
    },
  );

  it('is understood as the account’s own keywords have it', async () => {
    expect(await read(write('ARRET', { optOutType: 'STOP' }))).toMatchObject({
      events: [{ kind: 'opted_out' }],
    });
    expect(await read(write('OUI', { optOutType: 'START' }))).toMatchObject({
      events: [{ kind: 'opted_in' }],
    });
    expect(await read(write('STOP', { optOutType: 'HELP' }))).toMatchObject({ events: [] });
  });

  it('by WhatsApp is heard there; a STOP counts everywhere, a START only where it was said', async () => {
    const inbound = [{ ...heard, channel: 'whatsapp' }];
    const from = `whatsapp:${FROM}`;
    expect(await read(write('Hi', { from }))).toEqual({ kind: 'told', events: [], inbound });
    expect(await read(write('STOP', { from }))).toEqual({
      kind: 'told',
      events: [wish('opted_out')],
      inbound,
    });
    expect(await read(write('START', { from }))).toEqual({ kind: 'told', events: [], inbound });
  });

  it.each(['12345', 'BANK', '', 'messenger:1', '+0123'])('from %j cannot be answered', async (from) => {
    expect(await read(write('STOP', { from }))).toEqual({ kind: 'told', events: [], inbound: [] });
  });
});

describe('the signature', () => {
  const DOCUMENTED = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const CALL = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  };
  const fields = { MessageSid: SID, MessageStatus: 'sent', To: '+12025550123', Näme: 'Wért & = +%', A: '' };

  it('is the one of Twilio’s own example: believed, though it is about a phone call', async () => {
    const example: SignedCallback = {
      ...form(DOCUMENTED, CALL),
      headers: { 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' },
    };
    expect(published(example, '12345')).toBe(true);
    const reading = await new TwilioCallbacks('12345').read(raw(example));
    expect(reading).toEqual({ kind: 'malformed', reason: 'no MessageSid' });
    expect(await read(example)).toEqual(REFUSED);
  });

  it.each([
    [HOOK, HOOK],
    [HOOK, 'https://us.example:443/hooks/twilio'],
    ['https://us.example:443/hooks/twilio', HOOK],
    ['https://us.example:8443/hooks/twilio', 'https://us.example/hooks/twilio'],
    ['https://us.example:8443/hooks/twilio', 'https://us.example:8443/hooks/twilio'],
    ['http://us.example/hooks/twilio', 'http://us.example:80/hooks/twilio'],
    ['https://u:p@us.example/a?x=a:1/b&y=%27', 'https://u:p@us.example:443/a?x=a:1/b&y=%27'],
    ['https://[::1]/hooks/twilio', 'https://[::1]:443/hooks/twilio'],
    ['https://[::1]:443/hooks/twilio', 'https://[::1]/hooks/twilio'],
  ])('of a callback to %s may have been made for %s', async (url, signedUrl) => {
    const signed = { ...form(signedUrl, fields), url };
    expect(published(signed)).toBe(true);
    expect((await read(signed)).kind).toBe('told');
  });

  it.each([
    'http://us.example/hooks/twilio',
    'https://us.example/hooks/twilio/',
    'https://us.example/hooks/twilio?a=1',
    'https://US.example/hooks/twilio',
    'https://other.example/hooks/twilio',
    'https://us.example:444/hooks/other',
    '/hooks/twilio',
    '',
  ])('is not good for another URL: %j', async (url) => {
    expect(await read({ ...form(HOOK, fields), url })).toEqual(REFUSED);
  });

  it('does not care for the order of the parameters', async () => {
    const straight = form(HOOK, fields);
    const reversed = Buffer.from(straight.body.toString().split('&').reverse().join('&'));
    expect(published({ ...straight, body: reversed })).toBe(true);
    expect(await read(straight, { body: reversed })).toEqual(await read(straight));
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['another one', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['one in another script', 'Подпись'],
    ['a very long one', 'A'.repeat(100_000)],
  ])('is wanted: %s', async (_, signature) => {
    expect(await read(form(HOOK, fields), { headers: { 'x-twilio-signature': signature } })).toEqual(REFUSED);
  });

  it('by another account’s token is none of ours', async () => {
    expect(await read(signedForm('other', HOOK, Object.entries(fields)))).toEqual(REFUSED);
  });

  it('can never be made with an empty token', () => {
    expect(() => new TwilioCallbacks('')).toThrow('authToken is missing');
  });

  describe('holds for every bit', () => {
    const signed = form(`${HOOK}?posthorn_delivery=dlv_1`, fields);
    function* flips(original: string | Buffer): Generator<[bit: number, flipped: Buffer]> {
      const bytes = Buffer.from(original);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        yield [bit, flipped];
      }
    }

    it('of the URL', async () => {
      for (const [bit, flipped] of flips(signed.url)) {
        const reading = await read({ ...signed, url: flipped.toString('utf8') });
        expect({ bit, reading }).toEqual({ bit, reading: REFUSED });
      }
    });

    it('of itself', async () => {
      for (const [bit, flipped] of flips(signatureOf(signed))) {
        const reading = await read(signed, { headers: { 'x-twilio-signature': flipped.toString('utf8') } });
        expect({ bit, reading }).toEqual({ bit, reading: REFUSED });
      }
    });

    it('of the body, but for those that say the same: %2B and %2b are one letter', async () => {
      const whole = await read(signed);
      let same = 0;
      for (const [bit, body] of flips(signed.body)) {
        const believed = published({ ...signed, body });
        if (believed) same += 1;
        const reading = await read(signed, { body });
        expect({ bit, reading }).toEqual({ bit, reading: believed ? whole : REFUSED });
      }
      expect(same).toBeLessThan(20);
    });
  });

  it('is the published one for any parameters, repeated ones included', async () => {
    const letters = fc.string({ unit: 'grapheme', maxLength: 8 });
    const some = fc.array(fc.tuple(fc.oneof(fc.constantFrom('To', 'From'), letters), letters), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(some, async (pairs) => {
        const body = Buffer.from(new URLSearchParams(pairs).toString());
        const signature = getExpectedTwilioSignature(token, HOOK, parametersOf(body));
        const callback = { method: 'POST' as const, url: HOOK, body, receivedAt: NOW };
        const believed = await callbacks.read({ ...callback, headers: { 'x-twilio-signature': signature } });
        expect(believed.kind).not.toBe('refused');
      }),
    );
  });
});

describe('a callback of JSON', () => {
  const message = { MessageSid: SID, MessageStatus: 'undelivered', ErrorCode: 30006, To: '+12025550123' };
  const signed = signedJson(token, `${HOOK}?posthorn_delivery=dlv_1`, message);
  const publishedJson = ({ url, headers, body }: SignedCallback) =>
    validateRequestWithBody(token, headers['x-twilio-signature'] ?? '', url, body.toString('utf8'));

  it('is read like a form', async () => {
    expect(publishedJson(signed)).toBe(true);
    expect(await read(signed)).toMatchObject({
      kind: 'told',
      events: [{ kind: 'bounced', permanent: true, deliveryId: 'dlv_1', address: '+12025550123' }],
    });
  });

  it('has the hash of Twilio’s own example', async () => {
    const hash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
    const example: SignedCallback = {
      method: 'POST',
      url: `https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=${hash}`,
      headers: { 'x-twilio-signature': 'a9nBmqA0ju/hNViExpshrM61xv4=' },
      body: Buffer.from('{"property": "value", "boolean": true}'),
    };
    const reading = await new TwilioCallbacks('12345').read(raw(example));
    expect(reading).toEqual({ kind: 'malformed', reason: 'no MessageSid' });
  });

  it('is refused if one bit of it is another', async () => {
    for (let bit = 0; bit < signed.body.length * 8; bit++) {
      const body = Buffer.from(signed.body);
      body[bit >> 3]! ^= 1 << (bit & 7);
      expect({ bit, reading: await read(signed, { body }) }).toEqual({ bit, reading: REFUSED });
    }
  });

  it('is refused without its hash in the URL, and under somebody else’s', async () => {
    const [plain = ''] = signed.url.split('&bodySHA256=');
    expect(await read({ ...signed, url: plain })).toEqual(REFUSED);
    const other = signedJson(token, HOOK, { ...message, MessageStatus: 'delivered' });
    expect(await read({ ...signed, url: other.url, headers: other.headers })).toEqual(REFUSED);
  });

  it.each([
    ['a list', [message]],
    ['nothing', null],
    ['a text', 'MessageSid'],
    ['objects for values', { ...message, MessageSid: { $ne: null } }],
    ['a prototype', JSON.parse(`{"__proto__":{"MessageSid":"${SID}"}}`)],
  ])('that holds %s is malformed', async (_, value) => {
    expect((await read(signedJson(token, HOOK, value))).kind).toBe('malformed');
  });
});

describe('a hostile body', () => {
  const bodies: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x3d, 0xc3, 0x28, 0x26, 0x80])],
    ['percents that encode nothing', Buffer.from('MessageSid=%ff%zz%&%=%c3%28&To=%')],
    ['a megabyte', Buffer.alloc(1024 * 1024, 'MessageSid=a&')],
    ['a megabyte of names', Buffer.from(Array.from({ length: 150_000 }, (_, n) => `n${n}`).join('&'))],
    ['names of objects', Buffer.from('__proto__=1&constructor=2&toString=3&__proto__=4')],
    ['one name a hundred times', Buffer.from('MessageSid=a&'.repeat(100))],
    ['one name a thousand times', Buffer.from('MessageSid=a&'.repeat(1000))],
    ['ampersands', Buffer.alloc(400, '&')],
    ['very many ampersands', Buffer.alloc(60_000, '&')],
    ['deep JSON', Buffer.from('['.repeat(60_000))],
  ];

  it.each(bodies)('of %s is refused while nobody has signed it', async (_, body) => {
    const signature = signatureOf(form(HOOK, {}));
    const headers = { 'x-twilio-signature': body.length === 0 ? 'x' : signature };
    const reading = await read({ method: 'POST', url: HOOK, headers, body });
    // Ampersands alone are an empty form, which is what was signed here.
    expect(reading.kind).toBe(/^&{1,400}$/.test(body.toString()) ? 'malformed' : 'refused');
  });

  it.each(bodies)('of %s is not believed even if Twilio had signed it', async (_, body) => {
    const pairs = [...new URLSearchParams(body.toString('utf8'))];
    const unique = [...new Map(pairs.map((pair) => [pair.join('\n'), pair])).values()];
    const headers = { 'x-twilio-signature': signatureOf(signedForm(token, HOOK, unique)) };
    const reading = await read({ method: 'POST', url: HOOK, headers, body });
    expect(['malformed', 'refused']).toContain(reading.kind);
  });
});
