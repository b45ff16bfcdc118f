import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { TwilioAccount } from './twilio-messages.js';

/** A request as Twilio makes it, ready to be sent or to be handed to whoever reads it. */
export interface SignedCallback {
  method: 'POST';
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
}

export type MessageStatus =
  | 'accepted'
  | 'scheduled'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'canceled'
  | 'read';

export interface InboundText {
  from: string;
  to: string;
  body: string;
  /** Where the number's webhook points. */
  url: string;
  /** What an account with keywords of its own has taken it for. */
  optOutType?: 'STOP' | 'START' | 'HELP';
  sid?: string;
}

type Parameters = readonly (readonly [name: string, value: string])[];

/** The base64 HMAC-SHA1 of the URL and every name and value, in the order of the names and then of the values. */
export function twilioSignature(token: string, url: string, parameters: Parameters): string {
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = [...parameters].sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
  return createHmac('sha1', token)
    .update(url + sorted.flat().join(''))
    .digest('base64');
}

export function signedForm(token: string, url: string, parameters: Parameters): SignedCallback {
  const body = new URLSearchParams(
    parameters.map(([name, value]): [string, string] => [name, value]),
  ).toString();
  return request(url, 'application/x-www-form-urlencoded; charset=UTF-8', body, {
    signature: twilioSignature(token, url, parameters),
  });
}

/** A body of JSON is not signed itself: its SHA-256 is in the URL, which is. */
export function signedJson(token: string, url: string, value: unknown): SignedCallback {
  const body = JSON.stringify(value);
  const hash = createHash('sha256').update(body).digest('hex');
  const whole = `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${hash}`;
  return request(whole, 'application/json', body, { signature: twilioSignature(token, whole, []) });
}

export function statusParameters(
  account: TwilioAccount,
  message: { sid: string; from: string; to: string; service?: string | undefined },
  status: MessageStatus,
  change: { now: number; errorCode?: number | undefined },
): Parameters {
  const done = status === 'delivered' || status === 'undelivered';
  return [
    ...(done ? [['RawDlrDoneDate', doneDate(change.now)] as const] : []),
    ['SmsSid', message.sid],
    ['SmsStatus', status],
    ...(change.errorCode === undefined ? [] : [['ErrorCode', String(change.errorCode)] as const]),
    ['MessageStatus', status],
    ['To', message.to],
    ...(message.service === undefined ? [] : [['MessagingServiceSid', message.service] as const]),
    ['MessageSid', message.sid],
    ['AccountSid', account.sid],
    ['From', message.from],
    ['ApiVersion', '2010-04-01'],
  ];
}

export function inboundParameters(account: TwilioAccount, text: InboundText): Parameters {
  const sid = text.sid ?? `SM${randomBytes(16).toString('hex')}`;
  return [
    ['ToCountry', 'US'],
    ['SmsMessageSid', sid],
    ['NumMedia', '0'],
    ['SmsSid', sid],
    ['SmsStatus', 'received'],
    ['Body', text.body],
    ...(text.optOutType === undefined ? [] : [['OptOutType', text.optOutType] as const]),
    ['FromCountry', 'US'],
    ['To', text.to],
    ['NumSegments', '1'],
    ['MessageSid', sid],
    ['AccountSid', account.sid],
    ['From', text.from],
    ['ApiVersion', '2010-04-01'],
  ];
}

function request(
  url: string,
  contentType: string,
  body: string,
  { signature }: { signature: string },
): SignedCallback {
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': contentType,
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      'i-twilio-idempotency-token': randomBytes(16).toString('hex'),
      'x-twilio-signature': signature,
    },
    body: Buffer.from(body),
  };
}

/** YYMMDDhhmm, of some zone or other. */
function doneDate(now: number): string {
  return new Date(now).toISOString().replace(/[-T:]/g, '').slice(2, 12);
}
