import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { PushMessage } from '#ports/delivery/push-provider.js';
import { MAX_ANSWER_BYTES } from '#adapters/http/http-client.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { startFakeFcm, type FakeFcm } from '#test/fakes/fcm/fake-fcm.js';
import { following } from '#test/fakes/fcm/following.js';
import { newServiceAccount, type ServiceAccountFile } from '#test/fakes/fcm/service-account-file.js';
import { oauthError } from '#test/fakes/fcm/token-endpoint.js';
import type { CallEffect, StatusEffect } from '#test/fakes/kit/fault-rules.js';
import { listenHttp } from '#test/fakes/kit/http-server.js';
import { FcmProvider } from './fcm-provider.js';
import { parseServiceAccount } from './service-account.js';

const ACCOUNT = newServiceAccount();
const OTHER = newServiceAccount();
const TIMEOUT_MS = 5_000;
/** Long enough for a call over an open loopback connection, short enough to wait for in a test. */
const PATIENCE_MS = 300;

const aPush = (n = 1, change: Partial<PushMessage> = {}): PushMessage => ({
  deliveryId: `dlv_${n}`,
  to: `token:device${n}`,
  title: 'Grüße',
  body: `Hallo 👋 Nr. ${n}`,
  data: { screen: 'inbox' },
  urgent: false,
  ...change,
});

describe('FcmProvider', () => {
  let clock: DrivenClock;
  let fake: FakeFcm;
  let provider: FcmProvider;

  const connect = (change: Partial<ServiceAccountFile> = {}, baseUrl = fake.url): FcmProvider => {
    provider?.close();
    const serviceAccount = parseServiceAccount({ ...fake.serviceAccount, ...change });
    return (provider = new FcmProvider({ serviceAccount, baseUrl }, clock));
  };

  beforeEach(async () => {
    clock = new DrivenClock();
    fake = await startFakeFcm({ serviceAccount: ACCOUNT, clock: following(clock) });
    connect();
  });
  afterEach(async () => {
    provider.close();
    await fake.close();
  });

  async function send(message = aPush(), timeoutMs = TIMEOUT_MS): Promise<Outcome | undefined> {
    const [outcome] = await provider.send({ key: 'call_1', messages: [message], timeoutMs });
    return outcome;
  }
  const sendMany = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => send(aPush(n + 1))));
  const meetWith = (effect: CallEffect) => fake.setFaults([{ effect }]);
  const kinds = (outcomes: readonly (Outcome | undefined)[]) => [
    ...new Set(outcomes.map((outcome) => outcome?.kind)),
  ];

  it('finds an outcome in an answer that has objects in the place of words', async () => {
    const odd = { toString: 1, valueOf: 2 };
    const error = {
      status: odd,
      message: odd,
      details: [{ '@type': odd, errorCode: odd }, odd, { '@type': 5 }],
    };
    for (const status of [200, 400, 401, 404, 429, 500]) {
      meetWith({ kind: 'status', status, body: { name: odd, error } });
      const outcome = (await send())!;
      expect(outcome.kind).not.toBe('accepted');
      expect('reason' in outcome && typeof outcome.reason).toBe('string');
    }
  });

  describe('sending', () => {
    it('brings a message to the device that has this token', async () => {
      const outcome = await send(aPush(1, { urgent: true, validForSeconds: 60 }));
      const [mail] = fake.mails();
      expect(outcome).toEqual({ kind: 'accepted', providerMessageId: mail?.messageId });
      expect(mail).toMatchObject({
        to: ['token:device1'],
        text: 'Hallo 👋 Nr. 1',
        deliveryId: 'dlv_1',
        tags: {
          'notification.title': 'Grüße',
          'data.screen': 'inbox',
          'data.posthorn_delivery': 'dlv_1',
          'android.priority': 'HIGH',
          'android.ttl': '60s',
          'apns.headers.apns-priority': '10',
          'apns.headers.apns-expiration': String(clock.now() / 1000 + 60),
          'webpush.headers.TTL': '60',
          'webpush.headers.Urgency': 'high',
        },
      });
    });

    it('brings a message to the installation that has this id', async () => {
      expect(await send(aPush(1, { to: 'fid:cR1rW-x_1' }))).toMatchObject({ kind: 'accepted' });
      expect(fake.mails()).toMatchObject([{ to: ['fid:cR1rW-x_1'] }]);
    });

    it('sends nothing for no messages', async () => {
      expect(await provider.send({ key: 'call_1', messages: [], timeoutMs: TIMEOUT_MS })).toEqual([]);
      expect(fake.stats().requests).toBe(0);
    });

    it('sends nothing of more than 4 KB, and says that nobody ever will', async () => {
      const outcome = await send(aPush(1, { body: 'x'.repeat(4096) }));
      expect(outcome).toEqual({ kind: 'rejected', reason: expect.stringContaining('4096') });
      expect([fake.stats().requests, fake.tokens.requests]).toEqual([0, 0]);
    });

    it('says what it can do, and that FCM tells no quota', async () => {
      expect(provider).toMatchObject({ name: 'fcm', capabilities: { maxBatch: 1, idempotencyKey: false } });
      expect(await provider.quota()).toEqual({});
    });
  });

  describe('a device', () => {
    it.each(['unregistered', 'mismatched', 'invalid'] as const)(
      'that is %s is never written to again, by its token or by its id',
      async (fault) => {
        for (const to of ['token:old', 'fid:old']) {
          fake.declareDevice(to, fault);
          expect(await send(aPush(1, { to }))).toMatchObject({ kind: 'rejected', hardBounce: true });
        }
        expect(fake.mails()).toEqual([]);
      },
    );

    it('that is gone hurts no neighbour', async () => {
      fake.declareDevice('token:device2', 'unregistered');
      const outcomes = await sendMany(3);
      expect(outcomes.map((outcome) => outcome?.kind)).toEqual(['accepted', 'rejected', 'accepted']);
    });
  });

  const status = (code: number, error?: string, more: Partial<StatusEffect> = {}): StatusEffect => ({
    kind: 'status',
    status: code,
    ...(error !== undefined && { error }),
    ...more,
  });
  const success = (body: string) => status(200, undefined, { accepted: true, body });
  const GONE = { kind: 'rejected', hardBounce: true };

  it.each<[what: string, effect: CallEffect, outcome: object]>([
    ['says UNREGISTERED', status(404, 'UNREGISTERED'), GONE],
    ['says that there is no such device', status(404), GONE],
    ['says INVALID_ARGUMENT of the token', status(400, 'INVALID_ARGUMENT'), GONE],
    ['says INVALID_ARGUMENT of the message', status(400), { kind: 'rejected' }],
    ['says SENDER_ID_MISMATCH', status(403, 'SENDER_ID_MISMATCH'), GONE],
    ['says THIRD_PARTY_AUTH_ERROR', status(401, 'THIRD_PARTY_AUTH_ERROR'), { kind: 'misconfigured' }],
    ['denies permission', status(403), { kind: 'misconfigured' }],
    ['turns every token away', status(401), { kind: 'misconfigured' }],
    ['says QUOTA_EXCEEDED', { kind: 'quota' }, { kind: 'throttled', retryAfterMs: 60_000 }],
    [
      'says QUOTA_EXCEEDED and for how long',
      status(429, 'QUOTA_EXCEEDED', { retryAfter: 7 }),
      { kind: 'throttled', retryAfterMs: 7000 },
    ],
    ['says that we are too fast', status(429), { kind: 'throttled', retryAfterMs: 60_000 }],
    ['says UNAVAILABLE', status(503, 'UNAVAILABLE'), { kind: 'unavailable' }],
    ['says 503', status(503), { kind: 'unavailable' }],
    ['says INTERNAL', status(500, 'INTERNAL'), { kind: 'unavailable' }],
    ['says 500 and nothing of its own', status(500), { kind: 'unknown' }],
    ['has a gateway in front that fails', status(502), { kind: 'unknown' }],
    ['has a gateway in front that times out', status(504), { kind: 'unknown' }],
    ['takes the message and hangs up', { kind: 'acceptThenDrop' }, { kind: 'unknown' }],
    ['answers success with garbage', success('\u0000{"name":[[['), { kind: 'unknown' }],
    ['answers success without a name', success('{}'), { kind: 'unknown' }],
    ['answers success with a name that is none', success('{"name":7}'), { kind: 'unknown' }],
    ['answers without end', success('x'.repeat(MAX_ANSWER_BYTES + 1)), { kind: 'unknown' }],
    ['speaks another language', success('<html>Welcome</html>'), { kind: 'unknown' }],
  ])('tells the truth when FCM %s', async (_, effect, outcome) => {
    meetWith(effect);
    expect(await send()).toEqual({ reason: expect.stringMatching(/./), ...outcome });
  });

  it.each<CallEffect>([{ kind: 'hang' }, { kind: 'hang', accepted: true }, { kind: 'dropBeforeRead' }])(
    'does not know what became of a message after %j',
    async (effect) => {
      // With the connection open, silence is met after the call has left and not on the way to it.
      await send(aPush(99));
      meetWith(effect);
      expect(await send(aPush(), PATIENCE_MS)).toMatchObject({ kind: 'unknown' });
    },
  );

  describe('when nobody is there', () => {
    const nowhere = async (): Promise<string> => {
      const { url, close } = await listenHttp(0, () => undefined);
      await close();
      return url;
    };

    it('says that FCM is unavailable', async () => {
      connect({}, await nowhere());
      expect(await send()).toEqual({ kind: 'unavailable', reason: 'ECONNREFUSED' });
    });

    it('says so too when it is the token endpoint that is gone: no byte of the message has left', async () => {
      connect({ token_uri: `${await nowhere()}/token` });
      expect(await send()).toMatchObject({ kind: 'unavailable' });
      expect(fake.stats().requests).toBe(0);
    });

    it('says so too when the token endpoint never answers', async () => {
      const silent = await listenHttp(0, () => undefined);
      connect({ token_uri: `${silent.url}/token` });
      const outcome = await send(aPush(), PATIENCE_MS);
      await silent.close();
      expect(outcome).toEqual({ kind: 'unavailable', reason: 'no access token in time' });
      expect(fake.stats().requests).toBe(0);
    });

    it('says so once it is closed', async () => {
      await send();
      provider.close();
      expect(() => provider.close()).not.toThrow();
      expect(await send()).toMatchObject({ kind: 'unavailable' });
    });
  });

  describe('its access token', () => {
    it('is fetched once for a hundred messages at a time', async () => {
      expect(kinds(await sendMany(100))).toEqual(['accepted']);
      expect(fake.mails()).toHaveLength(100);
      expect(fake.tokens.requests).toBe(1);
    });

    it('is replaced before it runs out, and nobody is turned away', async () => {
      await send();
      await clock.advance(3_540_000);
      expect(kinds(await sendMany(20))).toEqual(['accepted']);
      expect(fake.tokens.requests).toBe(2);
      expect(fake.stats().byStatus).toEqual({ 200: 21 });
    });

    it('is replaced once when it is turned away, and every message is sent once', async () => {
      await send(aPush(99));
      fake.tokens.revokeAll();
      fake.clearMails();
      expect(kinds(await sendMany(20))).toEqual(['accepted']);
      expect(fake.tokens.requests).toBe(2);
      const ids = fake.mails().map(({ deliveryId }) => deliveryId);
      expect([ids.length, new Set(ids).size]).toEqual([20, 20]);
    });

    it('is not asked for again and again: two tries, and the account is what is wrong', async () => {
      meetWith(status(401));
      expect(await send()).toMatchObject({ kind: 'misconfigured' });
      expect(fake.stats().requests).toBe(2);
      expect(fake.tokens.requests).toBe(2);
    });

    it('is not blamed for what Apple says', async () => {
      meetWith(status(401, 'THIRD_PARTY_AUTH_ERROR'));
      await send();
      expect([fake.stats().requests, fake.tokens.requests]).toEqual([1, 1]);
    });

    it('cannot be had with another key, or by another account', async () => {
      connect({ private_key: OTHER.private_key });
      expect(await send()).toMatchObject({ kind: 'misconfigured' });
      connect({ client_email: 'somebody@else.example' });
      expect(await send()).toMatchObject({ kind: 'misconfigured' });
      expect(fake.stats().requests).toBe(0);
    });

    it('may be denied for now only', async () => {
      fake.tokens.answerWith(() => oauthError('internal_failure', 'Backend Error', 500));
      expect(await send()).toMatchObject({ kind: 'unavailable' });
      fake.tokens.answerWith(undefined);
      expect(await send()).toMatchObject({ kind: 'accepted' });
    });
  });

  describe('its secrets', () => {
    it('are in no reason, whatever a server echoes', async () => {
      await send();
      const seen: unknown[] = [];
      const tokens = new Set<string | undefined>();
      for (const code of [400, 401, 429, 500]) {
        const token = fake.tokens.latest;
        meetWith(status(code, undefined, { message: `no ${token}` }));
        seen.push(await send());
        tokens.add(token);
      }
      expect(seen).toEqual(
        Array(4).fill(expect.objectContaining({ reason: expect.stringContaining('no ***') })),
      );
      // The one that was turned away, and the one that took its place.
      expect(tokens.size).toBe(2);
      for (const token of tokens) expect(JSON.stringify(seen)).not.toContain(token);
    });

    it('are in no words about a bad key', async () => {
      connect({ private_key: OTHER.private_key });
      const said = JSON.stringify([await send(), await provider.check()]);
      for (const line of OTHER.private_key.trim().split('\n').slice(1, -1)) expect(said).not.toContain(line);
    });
  });

  describe('looking after itself', () => {
    it('finds out whether it may send, and sends nothing', async () => {
      expect(await provider.check()).toEqual({
        ok: true,
        detail: 'The service account may send for project posthorn-demo.',
      });
      expect(fake.mails()).toEqual([]);
    });

    it('says what is wrong when it may not', async () => {
      connect({ project_id: 'other-project' });
      expect(await provider.check()).toEqual({
        ok: false,
        detail: expect.stringContaining('PERMISSION_DENIED'),
      });
    });
  });
});
