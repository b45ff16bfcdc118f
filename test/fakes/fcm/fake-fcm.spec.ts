import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sign } from 'node:crypto';
import { DrivenClock } from '../kit/clock.js';
import { oauthError } from './token-endpoint.js';
import { newServiceAccount } from './service-account-file.js';
import { startFakeFcm, type FakeFcm, type FakeFcmOptions } from './fake-fcm.js';

const ACCOUNT = newServiceAccount();
const OTHER = newServiceAccount();
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';

describe('the fake FCM', () => {
  let clock: DrivenClock;
  let fake: FakeFcm;

  async function restart(options: FakeFcmOptions = {}): Promise<void> {
    await fake?.close();
    fake = await startFakeFcm({ serviceAccount: ACCOUNT, clock, ...options });
  }

  beforeEach(() => {
    clock = new DrivenClock();
    return restart();
  });

  afterEach(() => fake.close());

  function claims(): Record<string, unknown> {
    const iat = Math.floor(clock.now() / 1000);
    const { client_email: iss, token_uri: aud } = fake.serviceAccount;
    return { iss, scope: SCOPE, aud, iat, exp: iat + 3600 };
  }

  function assertion(change: Record<string, unknown> = {}, key = ACCOUNT.private_key, alg = 'RS256'): string {
    const parts = [
      { alg, typ: 'JWT' },
      { ...claims(), ...change },
    ];
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
  }

  async function ask(form: Record<string, string>) {
    const response = await fetch(fake.serviceAccount.token_uri, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const askWith = (jwt: string) => ask({ grant_type: GRANT, assertion: jwt });
  const token = async () => String((await askWith(assertion())).body['access_token']);

  async function send(message: object, bearer: string, project = ACCOUNT.project_id, more: object = {}) {
    const response = await fetch(`${fake.url}/v1/projects/${project}/messages:send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message, ...more }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  }

  const toAnn = { token: 'ann', notification: { title: 'Hi', body: 'Hello' } };
  const accepted = () => fake.journal().filter(({ kind }) => kind === 'accepted');

  describe('asked for a token', () => {
    it('gives one for an assertion that the service account has signed', async () => {
      const { status, body } = await askWith(assertion());
      expect(status).toBe(200);
      expect(body).toEqual({
        access_token: fake.tokens.latest,
        expires_in: 3600,
        token_type: 'Bearer',
      });
    });

    it.each([
      ['another key', {}, OTHER.private_key, 'invalid_grant'],
      ['another account', { iss: 'somebody@else' }, ACCOUNT.private_key, 'invalid_grant'],
      ['another audience', { aud: 'https://example.com' }, ACCOUNT.private_key, 'invalid_grant'],
      ['another scope', { scope: 'email' }, ACCOUNT.private_key, 'invalid_scope'],
      ['no times', { iat: undefined, exp: undefined }, ACCOUNT.private_key, 'invalid_grant'],
      ['a time gone by', { iat: 1, exp: 3601 }, ACCOUNT.private_key, 'invalid_grant'],
      ['a life too long', { exp: 1e11 }, ACCOUNT.private_key, 'invalid_grant'],
      ['a time to come', { iat: 1e10, exp: 1e10 + 1 }, ACCOUNT.private_key, 'invalid_grant'],
    ])('refuses an assertion with %s', async (_, change, key, error) => {
      expect(await askWith(assertion(change, key))).toMatchObject({ status: 400, body: { error } });
      expect(fake.tokens).toMatchObject({ requests: 1, issued: 0 });
    });

    it('refuses what is no assertion, and other grants', async () => {
      const wrong = { status: 400, body: { error: 'invalid_grant' } };
      expect(await askWith('a.b.c')).toMatchObject(wrong);
      expect(await askWith(assertion({}, ACCOUNT.private_key, 'none'))).toMatchObject(wrong);
      expect(await ask({ grant_type: 'password' })).toMatchObject({
        body: { error: 'unsupported_grant_type' },
      });
      const json = await fetch(fake.serviceAccount.token_uri, { method: 'POST', body: '{}' });
      expect(await json.json()).toMatchObject({ error: 'invalid_request' });
    });

    it('answers as a script has it, until told otherwise', async () => {
      fake.tokens.answerWith(() => oauthError('internal_failure', 'Backend Error', 500));
      expect((await askWith(assertion())).status).toBe(500);
      fake.tokens.answerWith(undefined);
      expect((await askWith(assertion())).status).toBe(200);
    });
  });

  describe('given a message', () => {
    it('takes it and keeps what it was told', async () => {
      const message = {
        ...toAnn,
        data: { posthorn_delivery: 'dlv_1' },
        android: { priority: 'HIGH', ttl: '60s' },
        apns: { headers: { 'apns-priority': '10' } },
      };
      const { status, body } = await send(message, await token());
      expect(status).toBe(200);
      expect(fake.mails()).toMatchObject([
        {
          from: 'projects/posthorn-demo',
          to: ['token:ann'],
          text: 'Hello',
          deliveryId: 'dlv_1',
          messageId: body['name'],
          tags: {
            'notification.title': 'Hi',
            'data.posthorn_delivery': 'dlv_1',
            'android.priority': 'HIGH',
            'android.ttl': '60s',
            'apns.headers.apns-priority': '10',
          },
        },
      ]);
      expect(accepted()).toMatchObject([{ to: 'token:ann', deliveryId: 'dlv_1', messageId: body['name'] }]);
      expect(body['name']).toMatch(/^projects\/posthorn-demo\/messages\/./);
    });

    it('takes one for an installation id', async () => {
      await send({ fid: 'f1', notification: { body: 'Hello' } }, await token());
      expect(accepted()).toMatchObject([{ to: 'fid:f1' }]);
    });

    it('only looks at one that is to be validated', async () => {
      const { status } = await send(toAnn, await token(), ACCOUNT.project_id, { validate_only: true });
      expect([status, accepted()]).toEqual([200, []]);
    });

    it('wants a token that it has issued, and that is still good', async () => {
      const unauthenticated = { status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED' } } };
      expect(await send(toAnn, 'ya29.other')).toMatchObject(unauthenticated);
      const bearer = await token();
      clock.advance(3_599_999);
      expect((await send(toAnn, bearer)).status).toBe(200);
      clock.advance(1);
      expect(await send(toAnn, bearer)).toMatchObject(unauthenticated);
      const next = await token();
      fake.tokens.revokeAll();
      expect(await send(toAnn, next)).toMatchObject(unauthenticated);
    });

    it('wants a project of that account', async () => {
      expect(await send(toAnn, await token(), 'other-project')).toMatchObject({
        status: 403,
        body: { error: { status: 'PERMISSION_DENIED' } },
      });
    });

    it.each([
      ['unregistered', 404, 'NOT_FOUND', 'UNREGISTERED'],
      ['mismatched', 403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH'],
      ['invalid', 400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
    ] as const)('refuses it for a device that is %s', async (fault, code, status, errorCode) => {
      fake.declareDevice('token:ann', fault);
      const bearer = await token();
      const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }];
      expect(await send(toAnn, bearer)).toEqual({
        status: code,
        body: { error: { code, message: expect.any(String), status, details } },
      });
      expect(fake.journal().filter(({ kind }) => kind === 'rejected')).toMatchObject([
        { to: 'token:ann', error: errorCode },
      ]);
      fake.declareDevice('token:ann', 'registered');
      expect((await send(toAnn, bearer)).status).toBe(200);
    });

    it('refuses it for a device that a fault rule names, in the words of the rule', async () => {
      const effect = { kind: 'rejectRecipients', error: 'SENDER_ID_MISMATCH' } as const;
      fake.setFaults([{ match: { recipient: '^token:ann$' }, effect }]);
      expect((await send(toAnn, await token())).status).toBe(403);
    });

    it.each([
      ['no recipient', { notification: { body: 'Hello' } }, 'message'],
      ['two recipients', { ...toAnn, fid: 'f1' }, 'message'],
      ['a field that there is none of', { ...toAnn, tokn: 'ann' }, 'message'],
      ['data that is no text', { ...toAnn, data: { n: 1 } }, 'message.data.n'],
      ['a reserved key', { ...toAnn, data: { 'google.x': '' } }, 'message.data'],
      ['a time to live of five weeks', { ...toAnn, android: { ttl: '3024000s' } }, 'message.android.ttl'],
      ['a priority of its own', { ...toAnn, android: { priority: 'MAX' } }, 'message.android.priority'],
      ['a header that is no text', { ...toAnn, apns: { headers: { x: 5 } } }, 'message.apns.headers.x'],
      ['more than 4 KB', { ...toAnn, data: { long: 'x'.repeat(4096) } }, 'message'],
    ])('refuses one with %s, and says where', async (_, message, field) => {
      const { status, body } = await send(message, await token());
      expect(status).toBe(400);
      const { details } = body['error'] as unknown as { details: object[] };
      expect(details).toEqual([
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field, description: expect.any(String) }],
        },
      ]);
    });
  });

  it('counts in bench mode', async () => {
    await restart({ journal: 'count' });
    await send({ ...toAnn, data: { posthorn_delivery: 'dlv_1' } }, await token());
    expect(fake.stats()).toMatchObject({ requests: 1, accepted: 1, queries: 1 });
  });
});
