import { createHmac, randomUUID } from 'node:crypto';
import { WHATSAPP_ACCOUNT, WHATSAPP_NUMBER } from './fake-whatsapp.js';
import { callbackError } from './whatsapp-errors.js';

/** A request as Meta makes it to a webhook: for `fetch(url, callback)`, or to be handed over as it is. */
export interface WhatsAppCallback {
  method: 'POST';
  headers: Record<string, string>;
  body: Buffer;
}

export interface StatusTold {
  /** The message's own id, `wamid.…`. */
  id: string;
  status: 'sent' | 'delivered' | 'read' | 'failed' | (string & {});
  /** E.164. */
  to: string;
  deliveryId?: string;
  /** Epoch milliseconds; told in whole seconds. */
  at: number;
  /** Codes, for `failed`. */
  errors?: readonly number[];
}

export interface TextTold {
  /** E.164. */
  from: string;
  text: string;
  /** Epoch milliseconds; told in whole seconds. */
  at: number;
  /** Default: a new one. */
  id?: string;
}

/** What became of messages, all in one call. */
export function statusCallback(statuses: readonly StatusTold[], secret?: string): WhatsAppCallback {
  return signed(valuePayload({ statuses: statuses.map(statusOf) }), secret);
}

/** A person writes to us. */
export function inboundCallback({ from, text, at, id }: TextTold, secret?: string): WhatsAppCallback {
  const wa_id = from.slice(1);
  const message = {
    from: wa_id,
    id: id ?? `wamid.${Buffer.from(randomUUID()).toString('base64')}`,
    timestamp: secondsOf(at),
    type: 'text',
    text: { body: text },
  };
  const contacts = [{ profile: { name: 'Sheena Nelson' }, wa_id }];
  return signed(valuePayload({ contacts, messages: [message] }), secret);
}

/** Any payload, any bytes, with a good signature over them. */
export function signed(payload: unknown, secret: string = WHATSAPP_ACCOUNT.appSecret): WhatsAppCallback {
  const body = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    body,
  };
}

/** The envelope that every callback comes in, around one value. */
export function valuePayload(value: object, phoneNumberId: string = WHATSAPP_ACCOUNT.phoneNumberId): object {
  const metadata = { display_phone_number: WHATSAPP_NUMBER.slice(1), phone_number_id: phoneNumberId };
  const change = { value: { messaging_product: 'whatsapp', metadata, ...value }, field: 'messages' };
  return { object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes: [change] }] };
}

/** The query of the handshake: `url + verifyQuery()` is what Meta asks for with GET. */
export function verifyQuery(over: Record<string, string> = {}): string {
  const query = {
    'hub.mode': 'subscribe',
    'hub.challenge': '1158201444',
    'hub.verify_token': WHATSAPP_ACCOUNT.verifyToken,
    ...over,
  };
  return `?${new URLSearchParams(query).toString()}`;
}

function statusOf({ id, status, to, deliveryId, at, errors }: StatusTold): object {
  const paid = { billable: true, pricing_model: 'PMP', category: 'utility', type: 'regular' };
  return {
    id,
    status,
    timestamp: secondsOf(at),
    recipient_id: to.slice(1),
    ...(deliveryId === undefined ? {} : { biz_opaque_callback_data: deliveryId }),
    ...(status === 'sent' || status === 'delivered' ? { pricing: paid } : {}),
    ...(errors === undefined ? {} : { errors: errors.map(callbackError) }),
  };
}

function secondsOf(at: number): string {
  return String(Math.floor(at / 1000));
}
