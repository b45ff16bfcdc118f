import { createPrivateKey, type KeyObject } from 'node:crypto';
import { record } from '#adapters/http/json-api.js';

/** What is needed of the JSON file that the Google Cloud console hands out for a service account. */
export interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  /** Kept as a key object: it can sign, and prints as nothing, wherever it is logged by mistake. */
  readonly privateKey: KeyObject;
  readonly privateKeyId?: string;
  /** Where access tokens are asked for, and the audience of the assertion that asks. */
  readonly tokenUri: string;
}

const GOOGLES_TOKEN_URI = 'https://oauth2.googleapis.com/token';
/** Google signs with no shorter keys; one of a few hundred bits could not even hold the signature. */
const MIN_KEY_BITS = 2048;

/**
 * Reads the file's contents, parsed.
 *
 * @throws Error naming the field at fault, never its value
 */
export function parseServiceAccount(value: unknown): ServiceAccount {
  if (value === undefined || value === null || value === '') fail('', 'is missing');
  if (typeof value !== 'object' || Array.isArray(value)) fail('', 'must be the JSON of a service account');
  const file = record(value);
  // A `google-services.json` or a person's own credentials are JSON from the same console, and are no use here.
  if (file['type'] !== undefined && file['type'] !== 'service_account')
    fail('type', 'must be service_account');
  const privateKeyId = optionalText(file, 'private_key_id');
  return {
    projectId: matching(file, 'project_id', /^[a-z0-9][a-z0-9.:-]*$/, 'must be the id of a project'),
    clientEmail: matching(file, 'client_email', /^[^\s@]+@[^\s@]+$/, 'must be an e-mail address'),
    privateKey: keyOf(text(file, 'private_key')),
    ...(privateKeyId !== undefined && { privateKeyId }),
    tokenUri: tokenUriOf(optionalText(file, 'token_uri') ?? GOOGLES_TOKEN_URI),
  };
}

function keyOf(pem: string): KeyObject {
  const key = privateKeyOf(pem);
  if (key?.asymmetricKeyType !== 'rsa') fail('private_key', 'must be an RSA private key in PEM');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits >= MIN_KEY_BITS ? key : fail('private_key', `must have ${MIN_KEY_BITS} bits or more`);
}

/** Without OpenSSL's own error: nothing that has seen a key is shown to anybody. */
function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function tokenUriOf(uri: string): string {
  const web = URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol);
  return web ? uri : fail('token_uri', 'must be an http or https URL');
}

function matching(file: Record<string, unknown>, name: string, pattern: RegExp, what: string): string {
  const value = text(file, name);
  return pattern.test(value) ? value : fail(name, what);
}

function text(file: Record<string, unknown>, name: string): string {
  return optionalText(file, name) ?? fail(name, 'is missing');
}

function optionalText(file: Record<string, unknown>, name: string): string | undefined {
  const value = file[name];
  if (value === undefined || value === '') return undefined;
  return typeof value === 'string' ? value : fail(name, 'must be a text');
}

function fail(field: string, what: string): never {
  throw new Error(`fcm: serviceAccount${field && `.${field}`} ${what}`);
}
