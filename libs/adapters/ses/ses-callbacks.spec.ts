import { beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import {
  aCallback,
  describeProviderCallbacksContract,
  expectSound,
  RECEIVED_AT,
} from '#ports/delivery/provider-callbacks.contract.js';
import {
  sesEvent,
  signedBySns,
  SNS_CERTIFICATE_URL,
  SNS_TOPIC,
  type SnsOptions,
} from '#test/fakes/ses/ses-callbacks.js';
import { SNS_CERTIFICATE } from '#test/fakes/ses/sns-certificate.js';
import { SesCallbacks, SNS_MAX_AGE_MS } from './ses-callbacks.js';
import { isSigningCertUrl } from './sns-signature.js';

/** Every request that the reader would make, and SNS as it answers. */
class RecordedSns {
  readonly asked: string[] = [];
  readonly certificates = new Map([[SNS_CERTIFICATE_URL, SNS_CERTIFICATE.cert]]);
  refuses = false;
  isAway = false;

  fetchCertificate(url: string): Promise<string | undefined> {
    this.asked.push(`GET ${url}`);
    return this.isAway ? Promise.reject(new Error('503')) : Promise.resolve(this.certificates.get(url));
  }

  confirm(topicArn: string, token: string): Promise<boolean> {
    this.asked.push(`confirm ${topicArn} ${token}`);
    return this.isAway ? Promise.reject(new Error('503')) : Promise.resolve(!this.refuses);
  }
}

const STRANGER = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
const aBounce = JSON.stringify(sesEvent('Bounce', { at: RECEIVED_AT - 60_000 }));
const invalid = { kind: 'refused', code: 'signature_invalid' };
const away = { kind: 'later', reason: 'the certificate of SNS cannot be fetched' };

for (const version of ['1', '2'] as const) {
  describeProviderCallbacksContract(
    `SesCallbacks, signature version ${version}`,
    { signatureHeaders: [], age: { pastMs: SNS_MAX_AGE_MS, futureMs: 300_000 } },
    () => ({
      callbacks: new SesCallbacks({ topicArns: [SNS_TOPIC] }, new RecordedSns()),
      call: ({ payload = aBounce, signedAt = RECEIVED_AT, byStranger = false } = {}) => {
        const key = byStranger ? { key: STRANGER } : {};
        return aCallback(signedBySns(payload, { at: signedAt, version, ...key }));
      },
    }),
  );
}

describe('SesCallbacks', () => {
  let sns: RecordedSns;
  let callbacks: SesCallbacks;
  beforeEach(() => {
    sns = new RecordedSns();
    callbacks = new SesCallbacks({ topicArns: [SNS_TOPIC] }, sns);
  });
  const signed = (options: Partial<SnsOptions> = {}, message = aBounce) =>
    signedBySns(message, { at: RECEIVED_AT, ...options });
  const read = async (call: { headers: Record<string, string>; body: string }, receivedAt = RECEIVED_AT) => {
    const reading = await callbacks.read(aCallback(call, receivedAt));
    expectSound(reading, 'ses');
    return reading;
  };

  describe('asks nobody and believes nothing when the certificate', () => {
    const host = 'sns.eu-west-1.amazonaws.com';
    const urls: readonly (readonly [string, unknown])[] = [
      ['is in a bucket', 'https://sns.s3-us-west-2.amazonaws.com/cert.pem'],
      ['is in a bucket of another style', 'https://s3.eu-west-1.amazonaws.com/sns/cert.pem'],
      ['is somebody’s', 'https://evil.example/SimpleNotificationService.pem'],
      ['is on a host that goes on', `https://${host}.evil.example/cert.pem`],
      ['is on a host that begins before', `https://evil-${host}/cert.pem`],
      ['is below the host', `https://a.${host}/cert.pem`],
      ['is behind a user that looks like the host', `https://${host}@evil.example/cert.pem`],
      ['is behind a user', `https://evil@${host}/cert.pem`],
      ['is on another port', `https://${host}:8443/cert.pem`],
      ['is on the port that goes without saying', `https://${host}:443/cert.pem`],
      ['comes over http', `http://${host}/cert.pem`],
      ['is a file', 'file:///etc/ssl/cert.pem'],
      ['is data', 'data:application/x-pem-file,cert.pem'],
      ['is at home', 'https://127.0.0.1/cert.pem'],
      ['is the machine’s own', 'http://169.254.169.254/latest/meta-data/cert.pem'],
      ['is on a host with a dot at the end', `https://${host}./cert.pem`],
      ['is on a host with a dot of another script', 'https://sns.eu-west-1。amazonaws.com/cert.pem'],
      ['has a backslash', `https://${host}\\cert.pem`],
      ['has a tab in its host', 'https://sns.eu-west-1.amazonaws\t.com/cert.pem'],
      ['begins with a space', ` https://${host}/cert.pem`],
      ['has a line break', `https://${host}/cert\r\nHost: evil.example.pem`],
      ['has a way up', `https://${host}/a/../cert.pem`],
      ['has a query', `https://${host}/cert.pem?x=.pem`],
      ['has a fragment', `https://${host}/cert#.pem`],
      ['is no PEM', `https://${host}/cert.txt`],
      ['is the API', `https://${host}/?Action=ConfirmSubscription`],
      ['shouts', `HTTPS://${host.toUpperCase()}/cert.pem`],
      ['is too long', `https://${host}/${'a'.repeat(600)}.pem`],
      ['is not named', undefined],
      ['is a number', 7],
      ['is a list', [`https://${host}/cert.pem`]],
      ['is an object', { href: `https://${host}/cert.pem` }],
    ];
    it.each(urls)('%s', async (_, url) => {
      const body = { ...(JSON.parse(signed().body) as object), SigningCertURL: url };
      expect(await read({ headers: {}, body: JSON.stringify(body) })).toEqual(invalid);
      const asked = {
        ...body,
        Type: 'SubscriptionConfirmation',
        SubscribeURL: 'http://127.0.0.1:1/',
        Token: 'x',
      };
      expect(await read({ headers: {}, body: JSON.stringify(asked) })).toEqual(invalid);
      expect(sns.asked).toEqual([]);
    });

    it('but is fetched from Amazon, in any of its regions', () => {
      for (const region of ['us-east-1', 'ap-southeast-3', 'us-gov-west-1'])
        expect(isSigningCertUrl(`https://sns.${region}.amazonaws.com/SimpleNotificationService-0a.pem`)).toBe(
          true,
        );
      expect(
        isSigningCertUrl('https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0a.pem'),
      ).toBe(true);
    });
  });

  describe('believes no certificate', () => {
    it.each([
      ['before its time', Date.UTC(2019, 11, 31)],
      ['after its time', Date.UTC(2120, 0, 2)],
    ])('%s', async (_, at) => {
      expect(await read(signed({ at }), at)).toEqual(invalid);
    });

    it.each([
      ['that is not there', undefined],
      ['that is none', 'x'],
      ['that is a page', '<html>'.repeat(10_000)],
      ['that is a key', SNS_CERTIFICATE.key],
    ])('%s', async (_, pem) => {
      if (pem === undefined) sns.certificates.clear();
      else sns.certificates.set(SNS_CERTIFICATE_URL, pem);
      expect(await read(signed())).toEqual(invalid);
    });

    it('but has the call come again while Amazon does not answer, and believes it then', async () => {
      sns.isAway = true;
      expect(await read(signed())).toEqual(away);
      expect(await read(signed({ key: STRANGER }))).toEqual(away);
      sns.isAway = false;
      expect((await read(signed())).kind).toBe('told');
      expect(await read(signed({ key: STRANGER }))).toEqual(invalid);
      // What is known needs nobody.
      sns.isAway = true;
      expect((await read(signed())).kind).toBe('told');
    });

    it('and makes few requests for many that are made up', async () => {
      const made = (n: number) => SNS_CERTIFICATE_URL.replace('7506', String(1000 + n));
      expect((await read(signed())).kind).toBe('told');
      for (let n = 0; n < 100; n += 1)
        expect(await read(signed({ certificateUrl: made(n) }))).toEqual(n < 19 ? invalid : away);
      expect(sns.asked).toHaveLength(20);
      expect((await read(signed())).kind).toBe('told');
      await read(signed({ certificateUrl: made(1) }), RECEIVED_AT + 60_000);
      expect(sns.asked).toHaveLength(21);
    });
  });

  it.each([
    ['another topic of the same account', SNS_TOPIC.replace('posthorn', 'other')],
    ['the same topic of another account', SNS_TOPIC.replace('123456789012', '999999999999')],
  ])('believes nothing that Amazon has signed for %s, and asks nobody', async (_, topicArn) => {
    expect(await read(signed({ topicArn }))).toEqual(invalid);
    expect(sns.asked).toEqual([]);
  });

  it('needs topics to be named, whole', () => {
    for (const topicArns of [[], ['posthorn-events'], [SNS_TOPIC, '*']])
      expect(() => new SesCallbacks({ topicArns }, sns)).toThrow(/^ses: topicArns must name/);
  });

  it('believes a message with a subject', async () => {
    expect((await read(signed({ subject: 'Amazon SES Email Event Notification' }))).kind).toBe('told');
  });

  it.each(['Subject', 'Token', 'SubscribeURL'])('believes no message that was given a %s', async (name) => {
    const body = { ...(JSON.parse(signed().body) as object), [name]: 'http://127.0.0.1:1/' };
    expect(await read({ headers: {}, body: JSON.stringify(body) })).toEqual(invalid);
  });

  it.each(['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type', 'Signature', 'SignatureVersion'])(
    'believes nothing without its %s, or with something odd in it',
    async (name) => {
      for (const value of [undefined, null, 7, {}, [], '', 'x', 'constructor']) {
        const body = { ...(JSON.parse(signed().body) as object), [name]: value };
        expect(await read({ headers: {}, body: JSON.stringify(body) })).toEqual(invalid);
      }
    },
  );

  it('believes no notification that was made a confirmation', async () => {
    const added = { Type: 'SubscriptionConfirmation', Token: 'x', SubscribeURL: 'http://127.0.0.1:1/' };
    const body = { ...(JSON.parse(signed().body) as object), ...added };
    expect(await read({ headers: {}, body: JSON.stringify(body) })).toEqual(invalid);
    expect(sns.asked).toEqual([`GET ${SNS_CERTIFICATE_URL}`]);
  });

  describe('asked whether it wants a topic’s messages', () => {
    const type = 'SubscriptionConfirmation';
    const subscribeUrl = 'http://127.0.0.1:1/never';

    it('says so by the API, and never goes where the message says', async () => {
      expect(await read(signed({ type, subscribeUrl, token: 'tok3n' }))).toEqual({
        kind: 'answer',
        body: '',
      });
      expect(sns.asked).toEqual([`GET ${SNS_CERTIFICATE_URL}`, `confirm ${SNS_TOPIC} tok3n`]);
    });

    it('says nothing to somebody else’s topic, to a stranger or a day late', async () => {
      await read(signed({ type, topicArn: SNS_TOPIC.replace('posthorn', 'other') }));
      await read(signed({ type, key: STRANGER }));
      expect(await read(signed({ type, at: RECEIVED_AT - 86_400_000 }))).toMatchObject({
        code: 'signature_stale',
      });
      expect(sns.asked).toEqual([`GET ${SNS_CERTIFICATE_URL}`]);
    });

    it('calls it malformed when SNS will not have the token, or there is none', async () => {
      sns.refuses = true;
      expect((await read(signed({ type }))).kind).toBe('malformed');
      expect((await read(signed({ type, token: 'a b' }))).kind).toBe('malformed');
    });

    it('has it asked again while SNS does not answer', async () => {
      expect((await read(signed())).kind).toBe('told');
      sns.isAway = true;
      expect((await read(signed({ type }))).kind).toBe('later');
    });

    it('lets go of a topic that somebody has ended', async () => {
      const ended = signed({ type: 'UnsubscribeConfirmation' });
      expect(await read(ended)).toEqual({ kind: 'answer', body: '' });
      expect(sns.asked).toEqual([`GET ${SNS_CERTIFICATE_URL}`]);
    });
  });
});
