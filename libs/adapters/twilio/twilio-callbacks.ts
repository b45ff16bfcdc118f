import type { CallbackReading, ProviderCallbacks, RawCallback } from '#ports/delivery/provider-callbacks.js';
import { parseJson } from '#adapters/http/json-api.js';
import { type CallbackFacts, fieldOfForm, fieldOfJson } from './twilio-callback-facts.js';
import { readInbound } from './twilio-inbound.js';
import { deliveryOf, queryOf } from './twilio-request.js';
import { BODY_HASH, isSignedByTwilio } from './twilio-signature.js';
import { readStatus } from './twilio-status.js';

/**
 * Twilio's own have a few kilobytes and a few dozen parameters. More is not looked into: anybody may post here, and to
 * sort thousands of names before the signature is known to be bad takes tens of milliseconds.
 */
const MAX_BODY_BYTES = 64 * 1024;
const MAX_PARAMETERS = 500;
const SID = /^[A-Z]{2}[0-9a-f]{32}$/i;

/**
 * Twilio's status callbacks and incoming messages. Its signature carries no time, so an old callback is as good as a
 * new one: the keys of its events are what keeps a repeated one from counting twice.
 */
export class TwilioCallbacks implements ProviderCallbacks {
  readonly provider = 'twilio';
  readonly #authToken: string;

  /** @throws Error for an empty token, with which anybody could sign */
  constructor(authToken: string) {
    if (authToken === '') throw new Error('twilio: authToken is missing');
    this.#authToken = authToken;
  }

  read(callback: RawCallback): Promise<CallbackReading> {
    return Promise.resolve(this.#read(callback));
  }

  #read({ url, headers, body, receivedAt }: RawCallback): CallbackReading {
    const refused: CallbackReading = { kind: 'refused', code: 'signature_invalid' };
    const signature = headers['x-twilio-signature'];
    if (signature === undefined || body.length > MAX_BODY_BYTES) return refused;
    const text = Buffer.from(body).toString('utf8');
    // What was signed decides how it is read, and not the Content-Type, which nobody has signed.
    const json = queryOf(url).has(BODY_HASH);
    const form = json ? new URLSearchParams() : readForm(text);
    if (!form || !isSignedByTwilio(this.#authToken, signature, { url, body, form })) return refused;

    const field = json ? fieldOfJson(parseJson(text)) : fieldOfForm(form);
    const sid = field('MessageSid') ?? field('SmsSid');
    if (sid === undefined || !SID.test(sid)) return { kind: 'malformed', reason: 'no MessageSid' };
    const about = { provider: this.provider, at: receivedAt, providerMessageId: sid };
    return told({ sid, about, deliveryId: deliveryOf(url), field });
  }
}

function told(facts: CallbackFacts): CallbackReading {
  const { field } = facts;
  const status = (field('MessageStatus') ?? field('SmsStatus') ?? '').toLowerCase();
  const inbound =
    status === 'received' || status === 'receiving' || (status === '' && field('Body') !== undefined);
  return inbound ? readInbound(facts) : readStatus(status, facts);
}

function readForm(text: string): URLSearchParams | undefined {
  if (text.split('&', MAX_PARAMETERS + 1).length > MAX_PARAMETERS) return undefined;
  // The ampersand keeps a `?` at the beginning, which a form may have in a name and a query has not.
  return new URLSearchParams(`&${text}`);
}
