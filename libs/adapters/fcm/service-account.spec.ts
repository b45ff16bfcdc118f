import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { newServiceAccount } from '#test/fakes/fcm/service-account-file.js';
import { parseServiceAccount } from './service-account.js';

const FILE = newServiceAccount('acme-push');
const pem = { type: 'pkcs8', format: 'pem' } as const;
const publicPem = { type: 'spki', format: 'pem' } as const;

describe('a service account', () => {
  it('is read from the file that the console hands out', () => {
    expect(parseServiceAccount(FILE)).toMatchObject({
      projectId: 'acme-push',
      clientEmail: 'push@acme-push.iam.gserviceaccount.com',
      privateKeyId: FILE.private_key_id,
      tokenUri: 'https://oauth2.googleapis.com/token',
    });
  });

  it('needs no more than a project, an e-mail address and a key', () => {
    const { project_id, client_email, private_key } = FILE;
    const account = parseServiceAccount({ project_id, client_email, private_key });
    expect(account.tokenUri).toBe('https://oauth2.googleapis.com/token');
    expect(account).not.toHaveProperty('privateKeyId');
  });

  it('shows its key to nobody who prints it', () => {
    const account = parseServiceAccount(FILE);
    const secret = FILE.private_key.split('\n')[1] ?? '';
    expect(JSON.stringify(account)).not.toContain(secret);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
  ])('is missed where there is %s', (_, value) => {
    expect(() => parseServiceAccount(value)).toThrow(/^fcm: serviceAccount is missing$/);
  });

  it.each([
    ['a text', 'not JSON'],
    ['a list', [FILE]],
    ['a number', 7],
  ])('cannot be %s', (_, value) => {
    expect(() => parseServiceAccount(value)).toThrow(
      /^fcm: serviceAccount must be the JSON of a service account$/,
    );
  });

  const ec = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: pem,
    publicKeyEncoding: publicPem,
  });
  const short = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    privateKeyEncoding: pem,
    publicKeyEncoding: publicPem,
  });

  it.each([
    ['type', 'authorized_user', 'must be service_account'],
    ['project_id', undefined, 'is missing'],
    ['project_id', '', 'is missing'],
    ['project_id', '../other', 'must be the id of a project'],
    ['project_id', 7, 'must be a text'],
    ['client_email', undefined, 'is missing'],
    ['client_email', 'nobody', 'must be an e-mail address'],
    ['private_key', undefined, 'is missing'],
    ['private_key', 'hush-hush', 'must be an RSA private key in PEM'],
    ['private_key', ec.privateKey, 'must be an RSA private key in PEM'],
    ['private_key', short.publicKey, 'must be an RSA private key in PEM'],
    ['private_key', short.privateKey, 'must have 2048 bits or more'],
    ['private_key_id', 7, 'must be a text'],
    ['token_uri', 'ftp://example.com', 'must be an http or https URL'],
    ['token_uri', 'oauth2', 'must be an http or https URL'],
  ])('is refused for its %s, which is named while its value is not', (field, value, what) => {
    const refused = new Error(`fcm: serviceAccount.${field} ${what}`);
    expect(() => parseServiceAccount({ ...FILE, [field]: value })).toThrow(refused);
  });
});
