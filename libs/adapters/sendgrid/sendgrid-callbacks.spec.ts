import { describe, expect, it } from '@jest/globals';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { generateKeyPairSync } from 'node:crypto';
import {
  aCallback,
  describeProviderCallbacksContract,
  expectSound,
  RECEIVED_AT,
} from '#ports/delivery/provider-callbacks.contract.js';
import {
  sendGridBody,
  sendGridEvent,
  type SendGridEventName,
  type SendGridEventOptions,
  sendGridKeys,
  signedBySendGrid,
} from '#test/fakes/sendgrid/sendgrid-callbacks.js';
import { SENDGRID_MAX_AGE_MS } from './event-webhook-signature.js';
import { SendGridCallbacks } from './sendgrid-callbacks.js';

const MINUTES_5 = 300_000;
const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';
const AT = RECEIVED_AT - 60_000;

const keys = sendGridKeys();
const stranger = sendGridKeys();
const callbacks = new SendGridCallbacks({ webhookPublicKey: keys.publicKey });

const aBody = sendGridBody([
  sendGridEvent('delivered', { at: AT, email: 'grüße@example.com' }),
  sendGridEvent('bounce', { at: AT }),
]);
const readBody = async (body: string) => {
  const reading = await callbacks.read(aCallback(signedBySendGrid(body, { at: RECEIVED_AT, ...keys })));
  expectSound(reading, 'sendgrid');
  return reading;
};
const readEvent = (event: SendGridEventName, options: Partial<SendGridEventOptions> = {}) =>
  readBody(sendGridBody([sendGridEvent(event, { at: AT, ...options })]));

describeProviderCallbacksContract(
  'SendGridCallbacks',
  { signatureHeaders: [SIGNATURE, TIMESTAMP], age: { pastMs: SENDGRID_MAX_AGE_MS, futureMs: MINUTES_5 } },
  () => ({
    callbacks: new SendGridCallbacks({ webhookPublicKey: keys.publicKey }),
    call: ({ payload = aBody, signedAt = RECEIVED_AT, byStranger = false } = {}) =>
      aCallback(signedBySendGrid(payload, { at: signedAt, ...(byStranger ? stranger : keys) })),
  }),
);

it('SendGridCallbacks believes the last try of a call that SendGrid signed a day before, and knows its events again', async () => {
  const read = async (signedAt: number) =>
    callbacks.read(aCallback(signedBySendGrid(aBody, { at: signedAt, ...keys })));
  const late = await read(RECEIVED_AT - 24 * 3_600_000);
  expect(late).toMatchObject({ kind: 'told', events: [{ kind: 'delivered' }, { kind: 'bounced' }] });
  expect(late).toEqual(await read(RECEIVED_AT));
});

describe('the signature of SendGrid', () => {
  /** The validator that SendGrid publishes. It throws at what is no signature at all. */
  const published = ({ headers, body }: { headers: Record<string, string>; body: string }) => {
    const webhook = new EventWebhook();
    const key = webhook.convertPublicKeyToECDSA(keys.publicKey);
    try {
      return webhook.verifySignature(key, body, headers[SIGNATURE]!, headers[TIMESTAMP]!);
    } catch {
      return false;
    }
  };
  const good = signedBySendGrid(aBody, { at: RECEIVED_AT, ...keys });
  const withHeader = (name: string, value: string) => ({
    ...good,
    headers: { ...good.headers, [name]: value },
  });
  const other = signedBySendGrid(aBody, { at: RECEIVED_AT, ...stranger });

  const vectors: readonly (readonly [string, typeof good, boolean])[] = [
    ['of a call', good, true],
    ['of an empty call', signedBySendGrid('', { at: RECEIVED_AT, ...keys }), true],
    ['of a call without CR LF', signedBySendGrid('[]', { at: RECEIVED_AT, ...keys }), true],
    ['by somebody else', other, false],
    ['of a body whose CR LF was trimmed', { ...good, body: aBody.trimEnd() }, false],
    ['of a body with one more CR LF', { ...good, body: `${aBody}\r\n` }, false],
    ['of a body that says something else', { ...good, body: aBody.replace('delivered', 'delivereb') }, false],
    ['of another second', withHeader(TIMESTAMP, String(RECEIVED_AT / 1000 - 1)), false],
    ['of another call', withHeader(SIGNATURE, other.headers[SIGNATURE]!), false],
  ];
  it.each(vectors)('%s is judged as by the validator that SendGrid publishes', async (_, call, isGood) => {
    expect(published(call)).toBe(isGood);
    const reading = await callbacks.read(aCallback(call));
    expect(reading.kind !== 'refused').toBe(isGood);
  });

  it('has no second spelling', async () => {
    const signature = good.headers[SIGNATURE]!;
    for (const text of [`${signature} `, ` ${signature}`, signature.replace(/=*$/, '-'), `${signature}\n`]) {
      expect((await callbacks.read(aCallback(withHeader(SIGNATURE, text)))).kind).toBe('refused');
    }
  });

  it('needs a P-256 key', () => {
    const base64 = (key: ReturnType<typeof generateKeyPairSync>['publicKey']) =>
      key.export({ type: 'spki', format: 'der' }).toString('base64');
    const p384 = base64(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey);
    const ed25519 = base64(generateKeyPairSync('ed25519').publicKey);
    for (const webhookPublicKey of ['', 'x', 'AAAA', keys.publicKey.slice(0, -8), p384, ed25519]) {
      expect(() => new SendGridCallbacks({ webhookPublicKey })).toThrow(
        /^sendgrid: webhookPublicKey must be/,
      );
    }
  });
});

describe('what SendGrid tells', () => {
  const rows: readonly (readonly [SendGridEventName, object])[] = [
    ['processed', { kind: 'sent' }],
    ['deferred', { kind: 'delayed', reason: '421 4.7.0 Try again later' }],
    ['delivered', { kind: 'delivered', reason: '250 2.0.0 OK 1699999999 d2e1a72fcca58' }],
    [
      'bounce',
      {
        kind: 'bounced',
        permanent: true,
        reason: '550 5.1.1 The email account that you tried to reach does not exist',
      },
    ],
    ['dropped', { kind: 'bounced', permanent: true, reason: 'Bounced Address' }],
    ['spamreport', { kind: 'complained' }],
    ['unsubscribe', { kind: 'opted_out' }],
    ['open', { kind: 'opened' }],
    ['click', { kind: 'clicked' }],
  ];
  it.each(rows)('%s', async (event, fields) => {
    const expected = {
      key: `${event}-ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA`,
      provider: 'sendgrid',
      at: AT,
      deliveryId: 'dlv_000001',
      providerMessageId: 'MwlnLBSTTWKZzWNRsXMCwA',
      address: 'reader1@example.com',
      ...fields,
    };
    expect(await readEvent(event)).toEqual({ kind: 'told', events: [expected], inbound: [] });
  });

  const drops: readonly (readonly [unknown, object])[] = [
    ['Bounced Address', { kind: 'bounced', permanent: true }],
    ['Invalid', { kind: 'bounced', permanent: true }],
    ['Spam Reporting Address', { kind: 'complained' }],
    ['Unsubscribed Address', { kind: 'failed' }],
    ['Invalid SMTPAPI header', { kind: 'failed' }],
    ['Spam Content (if Spam Checker app enabled)', { kind: 'failed' }],
    ['Recipient List over Package Quota', { kind: 'failed' }],
    ['Something new', { kind: 'failed' }],
    [{ a: 1 }, { kind: 'failed' }],
    [undefined, { kind: 'failed' }],
  ];
  it.each(drops)('drops for the reason %j', async (reason, fields) => {
    const reading = await readEvent('dropped', { fields: { reason } });
    expect(reading).toMatchObject({ events: [fields] });
    if (!('permanent' in fields)) expect(reading).not.toHaveProperty('events.0.permanent');
  });

  it.each([
    ['a host that blocks us for now', { type: 'blocked' }],
    ['a host that blocks us, without a status', { type: 'blocked', status: undefined }],
    ['our own DKIM, says Gmail', { status: '5.7.26' }],
    ['our own DMARC, says Outlook', { reason: '550 5.7.515 Access denied, sending domain' }],
    ['a bounce of no type', { type: undefined }],
  ])('bounces not for good when it is %s', async (_, fields) => {
    expect(await readEvent('bounce', { fields })).toMatchObject({
      events: [{ kind: 'bounced', permanent: false }],
    });
  });

  it('says of an open whether it was a machine’s', async () => {
    expect(await readEvent('open', { fields: { sg_machine_open: true } })).toMatchObject({
      events: [{ kind: 'opened', reason: 'opened by a machine, not by a reader' }],
    });
    for (const machine of [false, 'false', undefined])
      expect(await readEvent('open', { fields: { sg_machine_open: machine } })).not.toHaveProperty(
        'events.0.reason',
      );
  });

  it('tells many events at once, each by its own key and of its own message', async () => {
    const events = Array.from({ length: 1000 }, (_, n) =>
      sendGridEvent('delivered', { at: AT + n, eventId: `event-${n}`, deliveryId: `dlv_${n}` }),
    );
    const reading = await readBody(sendGridBody(events));
    expect(reading.kind === 'told' && reading.events.map(({ deliveryId }) => deliveryId)).toEqual(
      events.map((_, n) => `dlv_${n}`),
    );
  });

  it('costs no event for the sake of one that can’t be read', async () => {
    const good = sendGridEvent('delivered', { at: AT });
    const odd = [null, 7, 'x', [], {}, { event: 7 }, { event: 'group_unsubscribe', email: 'a@example.com' }];
    const reading = await readBody(JSON.stringify([...odd, good, ...odd]));
    expect(reading).toMatchObject({ kind: 'told', events: [{ kind: 'delivered' }] });
  });

  it('costs no event for the sake of a mail host’s Latin-1', async () => {
    const body = sendGridBody([sendGridEvent('delivered', { at: AT }), sendGridEvent('bounce', { at: AT })]);
    const bytes = Buffer.from(
      body.replace('does not exist', 'n’existe pas: é').replaceAll('’', "'"),
      'latin1',
    );
    const reading = await callbacks.read(
      aCallback(signedBySendGrid(bytes, { at: RECEIVED_AT, privateKey: keys.privateKey })),
    );
    expect(reading).toMatchObject({
      events: [{ kind: 'delivered' }, { kind: 'bounced', reason: expect.stringMatching(/: \ufffd$/) }],
    });
  });

  it('is taken field by field, whatever stands in them', async () => {
    const fields = {
      email: [],
      timestamp: '1',
      sg_message_id: {},
      posthorn_delivery: 'a b',
      reason: 7,
      status: [],
    };
    expect(await readEvent('bounce', { eventId: 'e1', fields })).toEqual({
      kind: 'told',
      events: [{ key: 'e1', provider: 'sendgrid', kind: 'bounced', at: RECEIVED_AT, permanent: true }],
      inbound: [],
    });
  });

  describe('without the id of an event', () => {
    const keyOf = async (event: SendGridEventName, at: number, fields: object = {}) => {
      const reading = await readEvent(event, { at, fields: { sg_event_id: undefined, ...fields } });
      return reading.kind === 'told' ? reading.events[0]!.key : undefined;
    };

    it('goes by message, event and time', async () => {
      const message = 'MwlnLBSTTWKZzWNRsXMCwA.recvd-6f54457b66-d9rb7-1-6436C3CF-4E.0';
      expect(await keyOf('delivered', AT)).toBe(`${message}:delivered:${AT}`);
      const others = [await keyOf('bounce', AT), await keyOf('delivered', AT + 1000)];
      others.push(await keyOf('delivered', AT, { sg_message_id: 'another' }));
      expect(new Set([...others, await keyOf('delivered', AT)]).size).toBe(4);
    });

    it('goes by the address where SendGrid no longer knows the message', async () => {
      const unknown = { sg_message_id: undefined, 'smtp-id': undefined };
      const key = await keyOf('bounce', AT, unknown);
      expect(key).toBe(await keyOf('bounce', AT, unknown));
      expect(key).not.toBe(await keyOf('bounce', AT, { ...unknown, email: 'reader2@example.com' }));
    });
  });

  it.each([
    ['MwlnLBSTTWKZzWNRsXMCwA.recvd-6f54457b66-d9rb7-1-6436C3CF-4E.0', 'MwlnLBSTTWKZzWNRsXMCwA'],
    ['14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0', '14c5d75ce93.dfd.64b469'],
    ['MwlnLBSTTWKZzWNRsXMCwA', 'MwlnLBSTTWKZzWNRsXMCwA'],
  ])('calls the message %s what our call was answered with', async (messageId, providerMessageId) => {
    expect(await readEvent('delivered', { messageId })).toMatchObject({ events: [{ providerMessageId }] });
  });

  it('is malformed when it is no list', async () => {
    expect((await readBody('{"event":"bounce"}')).kind).toBe('malformed');
  });
});
