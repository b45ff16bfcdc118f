import type { SmsMessage } from '#ports/delivery/sms-provider.js';

/** Names our id in the URL that Twilio calls back: a message has no other place for it. */
const DELIVERY_PARAMETER = 'posthorn_delivery';

/** Seconds; more is refused (error 21624). */
const MOST_VALID_SECONDS = 36_000;
const MESSAGING_SERVICE = /^MG[0-9a-f]{32}$/i;
const DELIVERY_ID = /^[a-z0-9_]{1,64}$/i;

export interface MessageTerms {
  /** A number, a short code, a name, or the sid of a messaging service that picks one of its own. */
  readonly from: string;
  /** Absolute; without one, nothing is heard of a message once it is taken. */
  readonly statusCallback?: string;
}

/** The form that asks for one message to be sent. */
export function messageForm(message: SmsMessage, { from, statusCallback }: MessageTerms): string {
  const form = new URLSearchParams({ To: message.to });
  form.set(MESSAGING_SERVICE.test(from) ? 'MessagingServiceSid' : 'From', from);
  form.set('Body', message.body);
  if (statusCallback !== undefined)
    form.set('StatusCallback', callbackUrl(statusCallback, message.deliveryId));
  if (message.validForSeconds !== undefined) {
    const seconds = Math.min(Math.max(1, Math.floor(message.validForSeconds)), MOST_VALID_SECONDS);
    form.set('ValidityPeriod', String(seconds));
  }
  return form.toString();
}

/**
 * The URL that is called back about one delivery. It tells of a message even if the answer to our call was lost and we
 * never heard the message's sid, and the signature of the callback covers it.
 */
function callbackUrl(statusCallback: string, deliveryId: string): string {
  const [url = ''] = statusCallback.split('#', 1);
  return `${url}${url.includes('?') ? '&' : '?'}${DELIVERY_PARAMETER}=${encodeURIComponent(deliveryId)}`;
}

/** The delivery that a URL was made for; undefined if it names none, or nothing that is an id of ours. */
export function deliveryOf(url: string): string | undefined {
  const id = queryOf(url).get(DELIVERY_PARAMETER);
  return id !== null && DELIVERY_ID.test(id) ? id : undefined;
}

/** What stands behind the first `?`, of anything at all. */
export function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark));
}
