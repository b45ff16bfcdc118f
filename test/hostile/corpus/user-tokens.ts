import { createHmac } from 'node:crypto';

/** What tokens of end users are signed with here. */
export const TOKEN_SECRET = 'c4nary-secret-of-user-tokens-with-32-bytes';

const now = Math.floor(Date.now() / 1000);
const GOOD = { sub: 'reader', workspace: '', aud: 'posthorn', iat: now - 60, exp: now + 3_600 };
type Claims = Readonly<Record<string, unknown>>;

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Signed as the header says, with what an attacker may have. */
function token(header: Claims, claims: Claims, secret: string = TOKEN_SECRET, hash = 'sha256'): string {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

const HS256 = { alg: 'HS256', typ: 'JWT' };
const workspace = 'wsp_00000000000000000000000000';
const claims = (parts: Claims): Claims => ({ ...GOOD, workspace, ...parts });
const good = token(HS256, claims({}));
const [header = '', payload = '', mac = ''] = good.split('.');

/** 12: tokens that are none, by what is wrong with them. */
export const badTokens: Readonly<Record<string, string>> = {
  'no algorithm': `${part({ alg: 'none', typ: 'JWT' })}.${payload}.`,
  'no algorithm, in capitals': `${part({ alg: 'NONE', typ: 'JWT' })}.${payload}.`,
  'no algorithm, and a signature': `${part({ alg: 'none', typ: 'JWT' })}.${payload}.${mac}`,
  'no signature': `${header}.${payload}.`,
  'the signature of another payload': `${header}.${part(claims({ sub: 'theirs' }))}.${mac}`,
  'an empty secret': token(HS256, claims({}), ' '),
  'a key of RS256 for a secret': token(
    { alg: 'RS256', typ: 'JWT' },
    claims({}),
    '-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL\n-----END PUBLIC KEY-----\n',
  ),
  'RS256, signed with the secret': token({ alg: 'RS256', typ: 'JWT' }, claims({})),
  HS512: token({ alg: 'HS512', typ: 'JWT' }, claims({}), TOKEN_SECRET, 'sha512'),
  'an extension that is critical': token({ ...HS256, crit: ['exp'] }, claims({})),
  'an expiry that has passed': token(HS256, claims({ exp: now - 1 })),
  'no expiry': token(HS256, claims({ exp: undefined })),
  'an expiry in words': token(HS256, claims({ exp: 'tomorrow' })),
  'a life of a year': token(HS256, claims({ exp: now + 31_536_000 })),
  'a beginning tomorrow': token(HS256, claims({ nbf: now + 86_400 })),
  'another audience': token(HS256, claims({ aud: 'somebody-else' })),
  'no audience': token(HS256, claims({ aud: undefined })),
  'no user': token(HS256, claims({ sub: undefined })),
  'a user that is an operator': token(HS256, claims({ sub: { $ne: null } })),
  'a user with a path': token(HS256, claims({ sub: '../reader' })),
  'no workspace': token(HS256, claims({ workspace: undefined })),
  'two workspaces': token(HS256, claims({ wsp: 'wsp_other' })),
  'ten kilobytes of claims': token(HS256, claims({ more: 'x'.repeat(10_000) })),
  'a bit of its signature flipped': `${header}.${payload}.${mac.slice(0, -2)}${mac.endsWith('AA') ? 'BB' : 'AA'}`,
};
