import { gzipSync } from 'node:zlib';
import { resendEvent, RESEND_WEBHOOK_SECRET, signedByResend } from '#test/fakes/resend/resend-callbacks.js';
import {
  sendGridBody,
  sendGridEvent,
  sendGridKeys,
  signedBySendGrid,
} from '#test/fakes/sendgrid/sendgrid-callbacks.js';
import { sesEvent, signedBySns, SNS_TOPIC } from '#test/fakes/ses/ses-callbacks.js';
import { TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import {
  inboundParameters,
  signedForm,
  signedJson,
  statusParameters,
} from '#test/fakes/twilio/twilio-signing.js';
import { WHATSAPP_ACCOUNT } from '#test/fakes/whatsapp/fake-whatsapp.js';
import { signed, statusCallback } from '#test/fakes/whatsapp/whatsapp-callbacks.js';
import { bodies, type HostileRow, paths } from '../rows.js';

/** Where the providers were told to call. Nobody does: the rows go to where the server listens. */
export const PUBLIC_URL = 'https://posthorn.example';

const keys = sendGridKeys();

/** What the server is told of its providers, so that it believes what these sign. Nothing is ever sent by them. */
export const callbackSettings = {
  email: {
    providers: ['capture'],
    resend: { webhookSecret: RESEND_WEBHOOK_SECRET },
    sendgrid: { webhookPublicKey: keys.publicKey },
    ses: { topicArns: [SNS_TOPIC] },
  },
  sms: {
    providers: ['capture'],
    twilio: { accountSid: TWILIO_ACCOUNT.sid, authToken: TWILIO_ACCOUNT.token, from: '+15005550006' },
  },
  whatsapp: { providers: ['capture'], whatsapp: { ...WHATSAPP_ACCOUNT } },
};

interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

const DAY_MS = 86_400_000;
const now = Date.now();
const deliveryId = 'dlv_00000000000000000000000000';

/** A delivery that is told of, and signed as its provider does. */
const VENDORS = {
  resend: (at: number, secret = RESEND_WEBHOOK_SECRET): Signed =>
    signedByResend(JSON.stringify(resendEvent('email.bounced', { at, deliveryId })), { at, secret }),
  sendgrid: (at: number, privateKey = keys.privateKey): Signed =>
    signedBySendGrid(sendGridBody([sendGridEvent('bounce', { at, deliveryId })]), { at, privateKey }),
  twilio: (at: number, token = TWILIO_ACCOUNT.token): Signed => {
    const message = { sid: `SM${'0'.repeat(32)}`, from: '+15005550006', to: '+15551234567' };
    const parameters = statusParameters(TWILIO_ACCOUNT, message, 'undelivered', { now: at });
    return signedForm(token, `${PUBLIC_URL}/hooks/twilio`, parameters);
  },
  whatsapp: (at: number, secret: string = WHATSAPP_ACCOUNT.appSecret): Signed =>
    statusCallback([{ id: 'wamid.x', status: 'failed', to: '+15551234567', deliveryId, at }], secret),
};
const ses = (parts: object): Signed => {
  const { headers, body } = signedBySns(JSON.stringify(sesEvent('Bounce', { at: now, deliveryId })), {
    at: now,
  });
  return { headers, body: JSON.stringify({ ...(JSON.parse(body) as object), ...parts }) };
};

/** As bytes: what stands in braces in them is no placeholder. */
const call = (name: string, path: string, answer: string, { headers, body }: Signed): HostileRow[] =>
  bodies(2, `POST ${path}`, answer, { [name]: Buffer.from(body) }, headers);
const flipped = ({ headers, body }: Signed, share: number): Signed => {
  const bytes = Buffer.from(body);
  const at = Math.min(bytes.length - 1, Math.floor(bytes.length * share));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return { headers, body: bytes };
};
/** With one character of its longest header, the signature, exchanged for another. */
const altered = ({ headers, body }: Signed): Signed => {
  const signature = (name: string): boolean => name.endsWith('signature') || name === 'x-hub-signature-256';
  const change = (value: string): string =>
    value.slice(0, 12) + (value[12] === 'a' ? 'b' : 'a') + value.slice(13);
  return {
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, signature(name) ? change(value) : value]),
    ),
    body,
  };
};
const unsigned = ({ body }: Signed): Signed => ({ headers: { 'content-type': 'application/json' }, body });

const FORGED: Readonly<Record<string, Signed>> = {
  resend: VENDORS.resend(now, `whsec_${Buffer.from('somebody else’s key 1234').toString('base64')}`),
  sendgrid: VENDORS.sendgrid(now, sendGridKeys().privateKey),
  twilio: VENDORS.twilio(now, 'f'.repeat(32)),
  whatsapp: VENDORS.whatsapp(now, 'another-secret'),
};

/** 2: what no provider signed, or not now, or not like this. */
const forged: readonly HostileRow[] = Object.entries(VENDORS).flatMap(([vendor, make]) => {
  const path = `/hooks/${vendor}`;
  const good = make(now);
  const others = Object.keys(VENDORS).filter((name) => name !== vendor);
  return [
    ...call('a callback signed by somebody else', path, '403 signature_invalid', FORGED[vendor] ?? good),
    ...call('a callback without a signature', path, '403 signature_invalid', unsigned(good)),
    ...call('a callback with another signature', path, '403 signature_invalid', altered(good)),
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((share) =>
      call(`a callback with a bit flipped at ${share}`, path, '403 signature_invalid', flipped(good, share)),
    ),
    ...call('half a callback', path, '403 signature_invalid', {
      headers: good.headers,
      body: Buffer.from(good.body).subarray(0, good.body.length / 2),
    }),
    ...others.flatMap((other) =>
      call(`a callback of ${vendor}`, `/hooks/${other}`, '403 signature_invalid', good),
    ),
    ...call(`a callback of ${vendor}`, '/hooks/ses', '403 signature_invalid', good),
    // Of a message there is not: taken, so that the provider stops telling, however often it is told.
    ...['once', 'again', 'a third time'].flatMap((time) =>
      call(`a callback of nobody's message, told ${time}`, path, '200', good),
    ),
  ];
});
const stale: readonly HostileRow[] = (['resend', 'sendgrid'] as const).flatMap((vendor) => [
  ...call(
    'a callback of two days ago',
    `/hooks/${vendor}`,
    '403 signature_stale',
    VENDORS[vendor](now - 2 * DAY_MS),
  ),
  ...call('a callback of tomorrow', `/hooks/${vendor}`, '403 signature_stale', VENDORS[vendor](now + DAY_MS)),
]);

/** Twilio signs where it calls; its JSON by a hash in the query. */
const twilio: readonly HostileRow[] = [
  ...call(
    'a callback that was made for another path',
    '/hooks/twilio?x=1',
    '403 signature_invalid',
    VENDORS.twilio(now),
  ),
  ...call('JSON with the hash of another body', '/hooks/twilio?bodySHA256=00', '403 signature_invalid', {
    ...signedJson(TWILIO_ACCOUNT.token, `${PUBLIC_URL}/hooks/twilio`, { MessageStatus: 'delivered' }),
  }),
  ...call('somebody stopping another’s messages', '/hooks/twilio', '403 signature_invalid', {
    ...signedForm(
      'f'.repeat(32),
      `${PUBLIC_URL}/hooks/twilio`,
      inboundParameters(TWILIO_ACCOUNT, { from: '+15551234567', to: '+15005550006', body: 'STOP', url: '' }),
    ),
  }),
];

/** SNS: a certificate is fetched from Amazon only, for our topics only, and no URL of a message is ever followed. */
const sns: readonly HostileRow[] = [
  ...[
    'https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-x.pem',
    'https://127.0.0.1:{trap}/SimpleNotificationService-x.pem',
    'http://127.0.0.1:{trap}/x.pem',
    'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-x.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/x.pem',
    'https://sns.eu-west-1.amazonaws.com@127.0.0.1:{trap}/x.pem',
    'https://evil.example/sns.eu-west-1.amazonaws.com/x.pem',
    'https://sns.eu-west-1.amazonaws.com:{trap}/x.pem',
    'https://sns.eu-west-1.amazonaws.com/x.txt',
    'file:///etc/passwd.pem',
    '',
  ].flatMap((url) =>
    bodies(
      2,
      'POST /hooks/ses',
      '403 signature_invalid',
      { [`a certificate at ${url}`]: String(ses({ SigningCertURL: url }).body) },
      { 'content-type': 'text/plain; charset=UTF-8' },
    ),
  ),
  ...bodies(
    2,
    'POST /hooks/ses',
    '403 signature_invalid',
    {
      'a subscription that is confirmed at loopback': String(
        ses({
          Type: 'SubscriptionConfirmation',
          SubscribeURL: 'http://127.0.0.1:{trap}/confirm',
          SigningCertURL: 'https://127.0.0.1:{trap}/x.pem',
          Token: 'x',
        }).body,
      ),
      'a topic of somebody else': String(ses({ TopicArn: 'arn:aws:sns:eu-west-1:999999999999:theirs' }).body),
      'a topic that is a prototype': String(ses({ TopicArn: '__proto__' }).body),
      'a topic that is a list': String(ses({ TopicArn: [SNS_TOPIC] }).body),
      'a type there is not': String(ses({ Type: 'constructor' }).body),
      'a signature of no version': String(ses({ SignatureVersion: '9' }).body),
    },
    { 'content-type': 'text/plain; charset=UTF-8' },
  ),
];

/** 9 and 10: bodies that are none, at paths that anybody may call. */
const NONSENSE: Readonly<Record<string, unknown>> = {
  'a prototype': '{"__proto__":{"admin":1}}',
  'a list': '[]',
  'a text': '"x"',
  nothing: 'null',
  'no body': '',
  '100,000 levels': '['.repeat(100_000),
  'bytes that are not UTF-8': Buffer.from([0xff, 0xfe, 0xc0, 0xaf]),
  '100,000 fields': `a=1${'&a=1'.repeat(100_000)}`,
};
const nonsense: readonly HostileRow[] = [
  ...[...Object.keys(VENDORS), 'ses'].flatMap((vendor) => [
    ...bodies(9, `POST /hooks/${vendor}`, '403 signature_invalid', NONSENSE),
    ...bodies(10, `POST /hooks/${vendor}`, '413 body_too_large', {
      'two megabytes': Buffer.alloc(2_000_000, ' '),
    }),
    ...bodies(
      10,
      `POST /hooks/${vendor}`,
      '413 body_too_large',
      { 'a packed bomb': gzipSync(Buffer.alloc(64_000_000, ' ')) },
      { 'content-encoding': 'gzip' },
    ),
  ]),
  // Signed, as by a provider gone wrong: it is told so.
  ...call(
    'a signed body that is none',
    '/hooks/resend',
    '400 invalid_callback',
    // It is fresh for five minutes, and a slow machine may come to it late.
    signedByResend('[]', { at: now + 4 * 60_000 }),
  ),
  ...call(
    'signed text in place of events',
    '/hooks/sendgrid',
    '400 invalid_callback',
    signedBySendGrid('"x"', { at: now, privateKey: keys.privateKey }),
  ),
  ...call(
    'a signed body that is none',
    '/hooks/whatsapp',
    '400 invalid_callback',
    signed(Buffer.from('"x"')),
  ),
  ...['acme', 'smtp', 'capture', '__proto__', 'constructor', 'RESEND', '%00', '..%2fv1%2flists'].flatMap(
    (name) => bodies(11, `POST /hooks/${name}`, '404 not_found', { 'a callback of no provider': '{}' }),
  ),
  ...paths(2, 'GET', '403 signature_invalid', {
    'a handshake with another token': '/hooks/whatsapp?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1',
    'a handshake with no token': '/hooks/whatsapp?hub.mode=subscribe&hub.challenge=1',
    'a handshake with a list of tokens': `/hooks/whatsapp?hub.mode=subscribe&hub.verify_token=x&hub.verify_token=${WHATSAPP_ACCOUNT.verifyToken}&hub.challenge=1`,
    'a handshake with another provider': `/hooks/resend?hub.mode=subscribe&hub.verify_token=${WHATSAPP_ACCOUNT.verifyToken}&hub.challenge=1`,
  }),
];

export const callbackRows: readonly HostileRow[] = [...forged, ...stale, ...twilio, ...sns, ...nonsense];
