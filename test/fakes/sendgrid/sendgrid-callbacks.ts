import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface SendGridKeys {
  privateKey: KeyObject;
  /** As SendGrid shows it: SPKI in base64. */
  publicKey: string;
}

export function sendGridKeys(): SendGridKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') };
}

export type SendGridEventName =
  | 'processed'
  | 'deferred'
  | 'delivered'
  | 'bounce'
  | 'dropped'
  | 'spamreport'
  | 'unsubscribe'
  | 'open'
  | 'click';

export interface SendGridEventOptions {
  /** Epoch milliseconds, told in seconds. */
  at: number;
  email?: string;
  deliveryId?: string;
  eventId?: string;
  messageId?: string;
  /** Over what stands in the event; undefined leaves a field out. */
  fields?: object;
}

/** Fields that only this event has. */
const OWN: Record<SendGridEventName, object> = {
  processed: { pool: { name: 'main', id: 210 } },
  deferred: { attempt: '5', response: '421 4.7.0 Try again later', ip: '192.0.2.7', tls: 1 },
  delivered: { response: '250 2.0.0 OK  1699999999 d2e1a72fcca58', ip: '192.0.2.7', tls: 1 },
  bounce: {
    type: 'bounce',
    status: '5.1.1',
    reason: '550 5.1.1 The email account that you tried to reach does not exist',
    bounce_classification: 'Invalid Address',
    ip: '192.0.2.7',
    tls: 1,
  },
  dropped: { reason: 'Bounced Address', status: '5.0.0' },
  spamreport: {},
  unsubscribe: {},
  open: { useragent: 'Mozilla/5.0', ip: '192.0.2.7', sg_machine_open: false, sg_content_type: 'html' },
  click: {
    url: 'https://example.com/offer',
    url_offset: { index: 0, type: 'html' },
    useragent: 'Mozilla/5.0',
    ip: '192.0.2.7',
  },
};

/** One event in its full shape: custom arguments stand beside SendGrid's own fields. */
export function sendGridEvent(event: SendGridEventName, options: SendGridEventOptions): object {
  const { messageId = 'MwlnLBSTTWKZzWNRsXMCwA.recvd-6f54457b66-d9rb7-1-6436C3CF-4E.0' } = options;
  return {
    email: options.email ?? 'reader1@example.com',
    timestamp: Math.floor(options.at / 1000),
    'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>',
    event,
    category: ['news'],
    sg_event_id: options.eventId ?? `${event}-ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA`,
    sg_message_id: messageId,
    posthorn_delivery: options.deliveryId ?? 'dlv_000001',
    ...OWN[event],
    ...options.fields,
  };
}

/** The body of a call: SendGrid ends it with CR LF, and signs that too. */
export function sendGridBody(events: readonly object[]): string {
  return `${JSON.stringify(events)}\r\n`;
}

export function signedBySendGrid<Body extends string | Uint8Array>(
  body: Body,
  { at, privateKey }: { at: number; privateKey: KeyObject },
): { headers: Record<string, string>; body: Body } {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createSign('sha256').update(timestamp).update(body).sign(privateKey, 'base64');
  const headers = {
    'content-type': 'application/json;charset=utf-8',
    'user-agent': 'SendGrid Event API',
    'x-twilio-email-event-webhook-signature': signature,
    'x-twilio-email-event-webhook-timestamp': timestamp,
  };
  return { headers, body };
}
