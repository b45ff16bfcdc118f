import { createHmac } from 'node:crypto';

/** A secret of the 24 bytes that Resend's have. It guards nothing. */
export const RESEND_WEBHOOK_SECRET = `whsec_${Buffer.from('posthorn-fake-resend-key').toString('base64')}`;

export type ResendEventType =
  | 'email.sent'
  | 'email.delivered'
  | 'email.delivery_delayed'
  | 'email.bounced'
  | 'email.complained'
  | 'email.failed'
  | 'email.suppressed'
  | 'email.opened'
  | 'email.clicked';

export interface ResendEventOptions {
  /** Epoch milliseconds. */
  at: number;
  emailId?: string;
  to?: string;
  deliveryId?: string;
  /** Resend sends tags back as an object; older accounts have seen the list they were sent as. */
  tagsAs?: 'object' | 'list';
  /** Over what stands in `data` for this type. */
  data?: object;
}

/** The part of `data` that only this type has. */
const OWN: Partial<Record<ResendEventType, object>> = {
  'email.bounced': {
    bounce: {
      diagnosticCode: ['smtp; 550 5.1.1 The email account that you tried to reach does not exist'],
      message: 'The recipient’s server says that this mailbox does not exist.',
      subType: 'General',
      type: 'Permanent',
    },
  },
  'email.failed': { failed: { reason: 'reached_daily_quota' } },
  'email.suppressed': {
    suppressed: { message: 'The address is on the suppression list.', type: 'OnAccountSuppressionList' },
  },
  'email.clicked': {
    click: {
      ipAddress: '192.0.2.7',
      link: 'https://example.com/offer',
      timestamp: '2026-01-05T08:59:58.000Z',
      userAgent: 'Mozilla/5.0',
    },
  },
};

/** One event in its full shape. */
export function resendEvent(type: ResendEventType, options: ResendEventOptions): object {
  const { deliveryId = 'dlv_000001', emailId = '56761188-7520-42d8-8898-ff6fc54ce618' } = options;
  const created = new Date(options.at).toISOString();
  return {
    type,
    created_at: created,
    data: {
      broadcast_id: '8b146471-e88e-4322-86af-016cd36fd216',
      created_at: created,
      email_id: emailId,
      message_id: `<${emailId}@eu-west-1.amazonses.com>`,
      from: 'Acme <news@example.com>',
      to: [options.to ?? 'reader1@example.com'],
      subject: 'Grüße',
      template_id: '43f68331-0622-4e15-8202-246a0388854b',
      ...OWN[type],
      tags:
        options.tagsAs === 'list'
          ? [
              { name: 'category', value: 'news' },
              { name: 'posthorn_delivery', value: deliveryId },
            ]
          : { category: 'news', posthorn_delivery: deliveryId },
      ...options.data,
    },
  };
}

export interface SvixSigning {
  /** Epoch milliseconds, signed in seconds. */
  at: number;
  secret?: string;
  /** The same for every attempt to tell one event. */
  id?: string;
  brand?: 'svix' | 'webhook';
}

/** The body as Resend posts it, with its headers. */
export function signedByResend(
  body: string,
  { at, secret = RESEND_WEBHOOK_SECRET, id = 'msg_p5jXN8AQM9LWM0D4loKWxJek', brand = 'svix' }: SvixSigning,
): { headers: Record<string, string>; body: string } {
  const timestamp = String(Math.floor(at / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Svix-Webhooks/1.24.0 (sender-9YMgn; +https://www.svix.com/http-sender/)',
    [`${brand}-id`]: id,
    [`${brand}-timestamp`]: timestamp,
    [`${brand}-signature`]: `v1,${mac}`,
  };
  return { headers, body };
}
