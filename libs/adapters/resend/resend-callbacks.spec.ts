import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import {
  aCallback,
  describeProviderCallbacksContract,
  expectSound,
  RECEIVED_AT,
} from '#ports/delivery/provider-callbacks.contract.js';
import {
  RESEND_WEBHOOK_SECRET,
  resendEvent,
  type ResendEventOptions,
  type ResendEventType,
  signedByResend,
  type SvixSigning,
} from '#test/fakes/resend/resend-callbacks.js';
import { ResendCallbacks } from './resend-callbacks.js';
import { SvixSignature } from './svix-signature.js';

const STRANGER = `whsec_${Buffer.from('not-the-secret-of-resend').toString('base64')}`;
const MINUTES_5 = 300_000;
const callbacks = new ResendCallbacks({ webhookSecret: RESEND_WEBHOOK_SECRET });

const aBounce = JSON.stringify(resendEvent('email.bounced', { at: RECEIVED_AT - 60_000 }));
const signed = (body: string, change: Partial<SvixSigning> = {}) =>
  aCallback(signedByResend(body, { at: RECEIVED_AT, ...change }));
const readEvent = async (type: ResendEventType, options: Partial<ResendEventOptions> = {}) => {
  const event = resendEvent(type, { at: RECEIVED_AT - 60_000, ...options });
  const reading = await callbacks.read(signed(JSON.stringify(event)));
  expectSound(reading, 'resend');
  return reading;
};

for (const brand of ['svix', 'webhook'] as const) {
  const signatureHeaders = ['id', 'timestamp', 'signature'].map((name) => `${brand}-${name}`);
  const age = { pastMs: MINUTES_5, futureMs: MINUTES_5 };
  describeProviderCallbacksContract(`ResendCallbacks, headers ${brand}-*`, { signatureHeaders, age }, () => ({
    callbacks: new ResendCallbacks({ webhookSecret: RESEND_WEBHOOK_SECRET }),
    call: ({ payload = aBounce, signedAt = RECEIVED_AT, byStranger = false } = {}) => {
      const secret = byStranger ? STRANGER : RESEND_WEBHOOK_SECRET;
      return aCallback(signedByResend(payload, { at: signedAt, secret, brand }));
    },
  }));
}

describe('the signature of Svix', () => {
  /** The vector that Svix documents. */
  const vector = {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    seconds: 1_614_265_330,
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const check = (signature: string, headers: Record<string, string> = {}) => {
    const signing = {
      'svix-id': vector.id,
      'svix-timestamp': String(vector.seconds),
      'svix-signature': signature,
    };
    const call = aCallback({ headers: { ...signing, ...headers }, body: vector.body }, vector.seconds * 1000);
    return new SvixSignature(vector.secret).check(call);
  };
  const good = { kind: 'good', id: vector.id };
  const invalid = { kind: 'refused', code: 'signature_invalid' };

  it('is that of the documented vector', () => {
    expect(check(vector.signature)).toEqual(good);
  });

  it('is good among others, as while a secret is being changed', () => {
    const other = 'v1,bm9Ldtp1WLDYJ8wHoHGrf0nv0dYDuHeJrWQnM8RDcJ0=';
    expect(check(`${other} ${vector.signature}`)).toEqual(good);
    expect(check(`${vector.signature} ${other}`)).toEqual(good);
    expect(check(`v1a,${vector.signature.slice(3)}  v2 ${vector.signature}`)).toEqual(good);
    expect(check(`${other} ${other}`)).toEqual(invalid);
  });

  it.each([
    ['of another version', vector.signature.replace('v1,', 'v2,')],
    ['without a version', vector.signature.slice(3)],
    ['in another spelling of the same bytes', vector.signature.replace('1OE=', '1OF=')],
    ['without its padding', vector.signature.slice(0, -1)],
    ['joined by commas', `v1,x,${vector.signature}`],
    ['of the wrong length', 'v1,g0hM9SsE'],
    ['of nothing', ''],
    ['ten thousand times wrong', 'v1,x '.repeat(10_000)],
  ])('is not one %s', (_, signature) => {
    expect(check(signature)).toEqual(invalid);
  });

  it.each(['1614265330.0', '+1614265330', ' 1614265330', '1e9', 'NaN', '-1', '99999999999999999999'])(
    'has no time %j',
    (timestamp) => {
      expect(check(vector.signature, { 'svix-timestamp': timestamp })).toEqual(invalid);
    },
  );

  it('is the same as that of the published library', () => {
    const { headers } = signedByResend(aBounce, { at: RECEIVED_AT });
    const theirs = new Webhook(RESEND_WEBHOOK_SECRET).sign(
      headers['svix-id']!,
      new Date(RECEIVED_AT),
      aBounce,
    );
    expect(headers['svix-signature']).toBe(theirs);
  });

  it.each(['', 'whsec_', 'whsec_short', 'whsec_!!!', vector.secret.slice(6), `whsec_${'A'.repeat(400)}`])(
    'has no secret %j, and does not say it aloud',
    (webhookSecret) => {
      const make = () => new ResendCallbacks({ webhookSecret });
      expect(make).toThrow(/^resend: webhookSecret must be whsec_ and the base64 of 24 to 64 bytes$/);
    },
  );
});

describe('what Resend tells', () => {
  const bounce = 'The recipient’s server says that this mailbox does not exist.';
  const suppressed = { kind: 'bounced', permanent: true, reason: 'The address is on the suppression list.' };
  const rows: readonly (readonly [ResendEventType, object])[] = [
    ['email.sent', { kind: 'sent' }],
    ['email.delivered', { kind: 'delivered' }],
    ['email.delivery_delayed', { kind: 'delayed' }],
    ['email.bounced', { kind: 'bounced', permanent: true, reason: bounce }],
    ['email.complained', { kind: 'complained' }],
    ['email.failed', { kind: 'failed', reason: 'reached_daily_quota' }],
    ['email.suppressed', suppressed],
    ['email.opened', { kind: 'opened' }],
    ['email.clicked', { kind: 'clicked' }],
  ];
  it.each(rows)('%s', async (type, fields) => {
    const event = {
      key: 'msg_p5jXN8AQM9LWM0D4loKWxJek:56761188-7520-42d8-8898-ff6fc54ce618',
      provider: 'resend',
      at: RECEIVED_AT - 60_000,
      deliveryId: 'dlv_000001',
      providerMessageId: '56761188-7520-42d8-8898-ff6fc54ce618',
      address: 'reader1@example.com',
      ...fields,
    };
    expect(await readEvent(type)).toEqual({ kind: 'told', events: [event], inbound: [] });
  });

  it('has our tag in it as an object or as a list, or not at all', async () => {
    const tagged = (deliveryId: string) => ({ events: [expect.objectContaining({ deliveryId })] });
    expect(await readEvent('email.delivered', { deliveryId: 'dlv_7', tagsAs: 'object' })).toMatchObject(
      tagged('dlv_7'),
    );
    expect(await readEvent('email.delivered', { deliveryId: 'dlv_7', tagsAs: 'list' })).toMatchObject(
      tagged('dlv_7'),
    );
    for (const tags of [undefined, null, [], [null], 'posthorn_delivery', { posthorn_delivery: { a: 1 } }]) {
      const reading = await readEvent('email.delivered', { data: { tags } });
      expect(reading).toMatchObject({ events: [{ kind: 'delivered' }] });
      expect(reading).not.toHaveProperty('events.0.deliveryId');
    }
  });

  it.each([
    ['a full mailbox', { type: 'Transient', subType: 'MailboxFull', message: '552 5.2.2 mailbox full' }],
    ['what nobody knows', { type: 'Undetermined', message: 'bounced' }],
    [
      'our own DKIM, says Gmail',
      { type: 'Permanent', message: 'x', diagnosticCode: ['smtp; 550-5.7.26 DMARC'] },
    ],
    ['our own DMARC, says Outlook', { type: 'Permanent', message: '550 5.7.515 Access denied' }],
    ['a bounce without a word', null],
  ])('is no bounce for good when it is %s', async (_, bounced) => {
    expect(await readEvent('email.bounced', { data: { bounce: bounced } })).toMatchObject({
      events: [{ kind: 'bounced', permanent: false }],
    });
  });

  it('is a bounce for good where a number only looks like ours', async () => {
    for (const message of ['550 5.7.260 no', '550 15.7.26 no', 'from 10.5.7.26: no', '550 5.7.26.1']) {
      const reading = await readEvent('email.bounced', { data: { bounce: { type: 'Permanent', message } } });
      expect(reading).toMatchObject({ events: [{ permanent: true }] });
    }
  });

  it('names an address in its normal form, and none where there are several', async () => {
    const to = (value: unknown) => readEvent('email.delivered', { data: { to: value } });
    expect(await to(['Jörg <Reader@BÜCHER.example>'])).toMatchObject({
      events: [{ address: 'reader@xn--bcher-kva.example' }],
    });
    for (const value of [['a@example.com', 'b@example.com'], [], 'a@example.com', ['nobody'], [{}], [null]]) {
      expect(await to(value)).not.toHaveProperty('events.0.address');
    }
  });

  it('has the time it came in, if it does not say its own', async () => {
    const { created_at: _, ...timeless } = JSON.parse(aBounce) as { created_at: string };
    for (const event of [timeless, { ...timeless, created_at: 'soon' }, { ...timeless, created_at: 5 }]) {
      const reading = await callbacks.read(signed(JSON.stringify(event)));
      expect(reading).toMatchObject({ events: [{ at: RECEIVED_AT }] });
    }
  });

  it('keeps another key for another message, however long the ids are', async () => {
    const keys = new Set<string>();
    for (const id of ['msg_1', 'msg_2', `msg_${'1'.repeat(300)}`, `msg_${'1'.repeat(301)}`]) {
      const reading = await callbacks.read(signed(aBounce, { id }));
      expectSound(reading, 'resend');
      if (reading.kind === 'told') keys.add(reading.events[0]!.key);
    }
    expect(keys.size).toBe(4);
  });

  it.each([
    'contact.created',
    'domain.updated',
    'email.received',
    'suppression.added',
    'email.something_new',
  ])('is nothing to us when it is %s', async (type) => {
    const reading = await callbacks.read(signed(JSON.stringify({ type, data: { id: 'x' } })));
    expect(reading).toEqual({ kind: 'told', events: [], inbound: [] });
  });

  it.each(['{"type":"email.bounced"}', '{"type":"email.bounced","data":{"email_id":7}}', '{"data":{}}'])(
    'is malformed when it is %s',
    async (body) => {
      expect((await callbacks.read(signed(body))).kind).toBe('malformed');
    },
  );

  it('keeps of a bounce’s endless words one line of a few hundred characters', async () => {
    const message = `550 no\r\nBcc: evil\n${'x '.repeat(100_000)}`;
    expectSound(
      await readEvent('email.bounced', { data: { bounce: { type: 'Permanent', message } } }),
      'resend',
    );
  });
});
