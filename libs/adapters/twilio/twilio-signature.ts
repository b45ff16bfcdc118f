import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { queryOf } from './twilio-request.js';

/** The parameter in which Twilio puts the SHA-256 of a body of JSON. */
export const BODY_HASH = 'bodySHA256';

/** The parts of a URL up to its port, as they stand: `new URL` would rewrite what was signed. */
const AUTHORITY = /^(https?):\/\/((?:[^/?#@]*@)?(?:\[[^/?#\]]*\]|[^/?#:]*))(:\d+)?/i;

export interface SignedRequest {
  /** As Twilio was told it, and with the parameters it was told. */
  readonly url: string;
  readonly body: Uint8Array;
  readonly form: URLSearchParams;
}

/**
 * Whether `X-Twilio-Signature` is the base64 HMAC-SHA1 of what was sent: the URL, followed by name and value of every
 * parameter of the form in the order of their names. Where the URL carries `bodySHA256` the URL alone is signed, and
 * vouches for the body (https://www.twilio.com/docs/usage/security).
 */
export function isSignedByTwilio(
  authToken: string,
  signature: string,
  { url, body, form }: SignedRequest,
): boolean {
  const bodyHash = queryOf(url).get(BODY_HASH);
  const parameters = bodyHash === null ? signedParameters(form) : '';
  let signed = false;
  // All of them, always: how long it takes says nothing about which one was right.
  for (const candidate of spellings(url)) {
    const expected = createHmac('sha1', authToken).update(candidate).update(parameters).digest('base64');
    signed = sameText(signature, expected) || signed;
  }
  const whole =
    bodyHash === null || sameText(bodyHash.toLowerCase(), createHash('sha256').update(body).digest('hex'));
  return signed && whole;
}

/**
 * With and without the port: Twilio drops it from most URLs before it signs them, and writes the standard one into some
 * that have none.
 */
function spellings(url: string): readonly string[] {
  const [whole = '', scheme = '', host = '', port] = AUTHORITY.exec(url) ?? [];
  if (whole === '') return [url];
  const rest = url.slice(whole.length);
  const standard = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  return [`${scheme}://${host}${rest}`, `${scheme}://${host}${port ?? standard}${rest}`];
}

/** A name that comes several times has each of its different values signed once, in order. */
function signedParameters(form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort();
  const values = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));
  for (const [name, value] of form) values.get(name)?.add(value);
  let text = '';
  for (const name of names) {
    for (const value of [...(values.get(name) ?? [])].sort()) text += name + value;
  }
  return text;
}

/** Takes the same time wherever two texts of one length differ; the lengths are no secret. */
function sameText(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
