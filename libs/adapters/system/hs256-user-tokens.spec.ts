import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeUserTokensContract } from '#ports/workspace/user-tokens.contract.js';
import { Hs256UserTokens } from './hs256-user-tokens.js';

const KEY = new Uint8Array(32).fill(7);
const START = Date.UTC(2026, 0, 1);
const NOW_S = START / 1000;

const tokensWith = (clock = new DrivenClock(START), key: Uint8Array = KEY, audience = 'posthorn') =>
  new Hs256UserTokens({ key, audience }, clock);

describeUserTokensContract('Hs256UserTokens', () => {
  const clock = new DrivenClock(START + 123);
  return {
    tokens: tokensWith(clock),
    sameKey: tokensWith(clock),
    otherKey: tokensWith(clock, new Uint8Array(32).fill(8)),
    now: () => clock.now(),
    pass: (ms) => clock.advance(ms),
  };
});

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { sub: 'anna', workspace: 'wsp_1', aud: 'posthorn', iat: NOW_S, exp: NOW_S + 60 };
const signed = (payload: unknown, header: object = { alg: 'HS256' }, key: Uint8Array | string = KEY) => {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};
const verdictOn = async (token: string) => {
  const verdict = await tokensWith().verify(token);
  return verdict.kind === 'refused' ? verdict.reason : verdict;
};

describe('a token signed by HMAC-SHA256', () => {
  it('is the one of RFC 7515, appendix A.1, byte for byte: only its claims are not ours', async () => {
    const key = Buffer.from(
      'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
      'base64url',
    );
    const token =
      'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const tokens = tokensWith(undefined, key);
    expect(await tokens.verify(token)).toEqual({ kind: 'refused', reason: 'wrong_audience' });
    expect(await tokensWith().verify(token)).toEqual({ kind: 'refused', reason: 'forged' });
  });

  it('is taken with the claims that others sign', async () => {
    const anna = { kind: 'user', userId: 'anna', workspaceId: 'wsp_1', expiresAt: START + 60_000 };
    expect(await verdictOn(signed(claims))).toEqual(anna);
    const { workspace, iat, ...rest } = claims;
    expect(iat).toBe(NOW_S);
    expect(await verdictOn(signed({ ...rest, wsp: workspace, aud: ['other', 'posthorn'] }))).toEqual(anna);
    expect(await verdictOn(signed({ ...claims, name: 'Anna', nbf: NOW_S + 30 }))).toEqual(anna);
  });

  it.each([
    ['another audience', { aud: 'other' }, 'wrong_audience'],
    ['none', { aud: undefined }, 'wrong_audience'],
    ['an expiry that has come', { exp: NOW_S }, 'expired'],
    ['no expiry', { exp: undefined }, 'malformed'],
    ['an expiry that is none', { exp: 'tomorrow' }, 'malformed'],
    ['a life of more than a day', { exp: NOW_S + 86_401 }, 'lives_too_long'],
    [
      'a life of more than a day that says nothing of its begin',
      { iat: undefined, exp: NOW_S + 86_401 },
      'lives_too_long',
    ],
    ['a begin in the future', { iat: NOW_S + 61, exp: NOW_S + 90 }, 'not_yet_valid'],
    ['a begin in the future, said otherwise', { nbf: NOW_S + 61 }, 'not_yet_valid'],
    ['no user', { sub: undefined }, 'malformed'],
    ['a user that can be none', { sub: 'a b' }, 'malformed'],
    ['no workspace', { workspace: undefined }, 'malformed'],
    ['a workspace that is none', { workspace: { $ne: null } }, 'malformed'],
    ['two workspaces', { wsp: 'wsp_2' }, 'malformed'],
  ])('is refused with %s', async (_what, change, reason) => {
    expect(await verdictOn(signed({ ...claims, ...change }))).toBe(reason);
  });

  it.each([null, [], 'text', 7])('is refused with %p for claims', async (payload) => {
    expect(await verdictOn(signed(payload))).toBe('malformed');
  });

  it('is refused if it asks for another algorithm, however it is signed', async () => {
    for (const alg of ['none', 'None', 'HS512', 'RS256', 'ES256', 'hs256', ['HS256']])
      expect([alg, await verdictOn(signed(claims, { alg }))]).toEqual([alg, 'wrong_algorithm']);
    expect(await verdictOn(`${part({ alg: 'none' })}.${part(claims)}.`)).toBe('wrong_algorithm');
    expect(await verdictOn(signed(claims, {}))).toBe('malformed');
    expect(await verdictOn(signed(claims, { alg: 'HS256', crit: ['exp'] }))).toBe('malformed');
  });

  it('is refused if it is signed by RSA, or by HMAC with the public key for a secret', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const text = `${part({ alg: 'RS256' })}.${part(claims)}`;
    const rsa = createSign('sha256').update(text).sign(privateKey, 'base64url');
    // 256 bytes of a signature: it does not even have the form of ours.
    expect(await verdictOn(`${text}.${rsa}`)).toBe('malformed');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(await verdictOn(signed(claims, { alg: 'HS256' }, pem))).toBe('forged');
  });

  it('needs a key', () => {
    expect(() => tokensWith(undefined, new Uint8Array())).toThrow('The key of user tokens is empty.');
  });
});
