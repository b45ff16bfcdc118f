import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { HttpClient } from '#adapters/http/http-client.js';
import { startFakeFcm, type FakeFcm } from '#test/fakes/fcm/fake-fcm.js';
import { following } from '#test/fakes/fcm/following.js';
import { newServiceAccount } from '#test/fakes/fcm/service-account-file.js';
import { oauthError } from '#test/fakes/fcm/token-endpoint.js';
import { gatewayAnswer, jsonAnswer, type Answer } from '#test/fakes/kit/http-call.js';
import { AccessTokens } from './access-tokens.js';
import { parseServiceAccount } from './service-account.js';

const ACCOUNT = newServiceAccount();

describe('the access token of a service account', () => {
  let clock: DrivenClock;
  let fake: FakeFcm;
  let http: HttpClient;
  let tokens: AccessTokens;

  async function start(tokenSeconds = 3600): Promise<void> {
    await fake?.close();
    http?.close();
    clock = new DrivenClock();
    fake = await startFakeFcm({ serviceAccount: ACCOUNT, clock: following(clock), tokenSeconds });
    http = new HttpClient(8);
    tokens = new AccessTokens(parseServiceAccount(fake.serviceAccount), http, clock);
  }

  beforeEach(() => start());
  afterEach(async () => {
    http.close();
    await fake.close();
  });

  const many = () => Promise.all(Array.from({ length: 100 }, () => tokens.current()));
  const granted = async () => {
    const access = await tokens.current();
    return access.kind === 'granted' ? access.token : access.outcome.kind;
  };
  const answering = (answer: Answer) => fake.tokens.answerWith(() => answer);
  const denied = async () => {
    const access = await tokens.current();
    return access.kind === 'denied' ? access.outcome : access;
  };

  it('is asked for once, however many wait for it', async () => {
    const all = await many();
    expect(new Set(all.map((access) => JSON.stringify(access))).size).toBe(1);
    expect(await granted()).toBe(fake.tokens.latest);
    expect(fake.tokens.requests).toBe(1);
  });

  it('is kept until a minute before it runs out', async () => {
    const first = await granted();
    await clock.advance(3_539_999);
    expect(await granted()).toBe(first);
    await clock.advance(1);
    expect(await granted()).not.toBe(first);
    expect(fake.tokens.requests).toBe(2);
  });

  it('is asked for again when it was turned away, once by all that were', async () => {
    const first = await granted();
    tokens.forget(first);
    await many();
    tokens.forget(first);
    expect(await granted()).not.toBe(first);
    expect(fake.tokens.requests).toBe(2);
  });

  it('serves the calls that wait for it even if it is good for less than a minute', async () => {
    await start(30);
    expect((await many()).map(({ kind }) => kind)).toEqual(Array(100).fill('granted'));
    expect(fake.tokens.requests).toBe(1);
    expect(await granted()).toBe(fake.tokens.latest);
    expect(fake.tokens.requests).toBe(2);
  });

  it('is asked for again after a failure: none is kept', async () => {
    answering(gatewayAnswer(503, 'Service Unavailable'));
    expect(await denied()).toMatchObject({ kind: 'unavailable' });
    fake.tokens.answerWith(undefined);
    expect(await granted()).toBe(fake.tokens.latest);
  });

  it('is taken to be good for an hour where nobody says so', async () => {
    answering(jsonAnswer(200, { access_token: 'ya29.plain' }));
    expect(await granted()).toBe('ya29.plain');
    await clock.advance(3_000_000);
    await granted();
    expect(fake.tokens.requests).toBe(1);
  });

  it.each<[what: string, answer: Answer, kind: string]>([
    ['a grant that is not valid', oauthError('invalid_grant', 'Invalid JWT Signature.'), 'misconfigured'],
    ['a client that is unknown', oauthError('invalid_client', 'no', 401), 'misconfigured'],
    ['a client that may not', oauthError('unauthorized_client', 'no', 403), 'misconfigured'],
    ['a scope that is refused', oauthError('invalid_scope', 'no'), 'misconfigured'],
    ['a bare 401', { status: 401 }, 'misconfigured'],
    ['a bare 403', { status: 403 }, 'misconfigured'],
    ['a path that is not there', { status: 404 }, 'misconfigured'],
    ['a bare 400', { status: 400 }, 'unavailable'],
    ['its own failure', oauthError('internal_failure', 'Backend Error', 500), 'unavailable'],
    ['a bare 500', { status: 500 }, 'unavailable'],
    ['a gateway', gatewayAnswer(504, 'Gateway time-out'), 'unavailable'],
    ['503', gatewayAnswer(503, 'Service Unavailable'), 'unavailable'],
    ['a success without a token', jsonAnswer(200, {}), 'unavailable'],
    ['a success that is a page', { status: 200, body: '<html>' }, 'unavailable'],
    ['a token with a line break', jsonAnswer(200, { access_token: 'a\nb' }), 'unavailable'],
    ['429', oauthError('rate_limit_exceeded', 'no', 429), 'throttled'],
  ])('leaves the message as it is when the endpoint answers with %s', async (_, answer, kind) => {
    answering(answer);
    expect(await denied()).toMatchObject({ kind, reason: expect.stringMatching(/^no access token: ./) });
  });

  it('is waited for as long as the endpoint says', async () => {
    answering({ status: 429, headers: { 'retry-after': '3' } });
    expect(await denied()).toMatchObject({ kind: 'throttled', retryAfterMs: 3000 });
  });

  it('is not there when nobody listens', async () => {
    await fake.close();
    expect(await denied()).toEqual({ kind: 'unavailable', reason: 'no access token: ECONNREFUSED' });
  });

  it('is not given away by an endpoint that echoes what it was asked', async () => {
    let assertion = '';
    fake.tokens.answerWith((call) => {
      assertion = new URLSearchParams(call.body.toString('utf8')).get('assertion') ?? '';
      return oauthError('invalid_grant', `cannot read ${assertion}`);
    });
    expect(await denied()).toMatchObject({ reason: 'no access token: invalid_grant: cannot read ***' });
    expect(assertion.split('.')).toHaveLength(3);
  });
});
