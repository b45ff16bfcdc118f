import { createHash } from 'node:crypto';
import type { Mail } from '#test/fakes/kit/mails.js';
import { resendEvent, type ResendEventType, signedByResend } from '#test/fakes/resend/resend-callbacks.js';
import {
  sendGridBody,
  sendGridEvent,
  type SendGridEventName,
  type SendGridKeys,
  signedBySendGrid,
} from '#test/fakes/sendgrid/sendgrid-callbacks.js';
import { sesEvent, type SesEventType, signedBySns } from '#test/fakes/ses/ses-callbacks.js';
import { TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import { type MessageStatus, signedForm, statusParameters } from '#test/fakes/twilio/twilio-signing.js';
import type { Callback } from './driver.js';

/** In no vendor's words. */
export type ToldKind = 'sent' | 'soft bounce' | 'delivered' | 'hard bounce' | 'complained';

/** Something that was told, and answered with 2xx. */
export interface Told {
  readonly provider: string;
  readonly deliveryId: string;
  readonly to: string;
  readonly kind: ToldKind;
  readonly answeredAt: number;
}

export interface VendorKeys {
  readonly sendGrid: SendGridKeys;
}

type Options = VendorKeys & { readonly publicUrl: string };

/** The call by which the vendor who took the mail tells this of it: the same event whenever it is made. */
export function callbackOf(mail: Mail, kind: ToldKind, options: Options): Callback {
  switch (mail.provider) {
    case 'resend':
      return byResend(mail, kind);
    case 'ses':
      return bySes(mail, kind);
    case 'sendgrid':
      return bySendGrid(mail, kind, options);
    case 'twilio':
      return byTwilio(mail, kind, options);
    default:
      throw new Error(`${mail.provider} does not call back here`);
  }
}

/** The vendor's own name for the event, the same each time it is told. */
function idOf({ messageId, deliveryId }: Mail, kind: ToldKind): string {
  return createHash('sha256').update(`${messageId} ${deliveryId} ${kind}`).digest('hex').slice(0, 32);
}

function byResend(mail: Mail, kind: ToldKind): Callback {
  const types: Record<ToldKind, ResendEventType> = {
    sent: 'email.sent',
    'soft bounce': 'email.bounced',
    delivered: 'email.delivered',
    'hard bounce': 'email.bounced',
    complained: 'email.complained',
  };
  const { deliveryId = '', messageId, to } = mail;
  const soft = { bounce: { type: 'Transient', subType: 'MailboxFull', message: 'Full.' } };
  const event = resendEvent(types[kind], {
    at: mail.at,
    deliveryId,
    emailId: messageId,
    to: to.join(),
    ...(kind === 'soft bounce' && { data: soft }),
  });
  const signed = signedByResend(JSON.stringify(event), { at: Date.now(), id: `msg_${idOf(mail, kind)}` });
  return { path: '/hooks/resend', ...signed };
}

function bySes(mail: Mail, kind: ToldKind): Callback {
  const types: Record<ToldKind, SesEventType> = {
    sent: 'Send',
    'soft bounce': 'Bounce',
    delivered: 'Delivery',
    'hard bounce': 'Bounce',
    complained: 'Complaint',
  };
  const { deliveryId = '', messageId, to, at } = mail;
  const event = sesEvent(types[kind], {
    at,
    deliveryId,
    messageId,
    to,
    ...(kind === 'soft bounce' && { part: { bounceType: 'Transient', bounceSubType: 'MailboxFull' } }),
  });
  const signed = signedBySns(JSON.stringify(event), { at: Date.now(), messageId: idOf(mail, kind) });
  return { path: '/hooks/ses', ...signed };
}

function bySendGrid(mail: Mail, kind: ToldKind, { sendGrid }: Options): Callback {
  const names: Record<ToldKind, SendGridEventName> = {
    sent: 'processed',
    'soft bounce': 'bounce',
    delivered: 'delivered',
    'hard bounce': 'bounce',
    complained: 'spamreport',
  };
  const { deliveryId = '', to, at } = mail;
  const event = sendGridEvent(names[kind], {
    at,
    deliveryId,
    email: to.join(),
    eventId: idOf(mail, kind),
    ...(kind === 'soft bounce' && { fields: { type: 'blocked' } }),
  });
  const signed = signedBySendGrid(sendGridBody([event]), { at: Date.now(), privateKey: sendGrid.privateKey });
  return { path: '/hooks/sendgrid', ...signed };
}

/** To the path that came with the message, at the host where the server is now: that is what is signed. */
function byTwilio(mail: Mail, kind: ToldKind, { publicUrl }: Options): Callback {
  const statuses: Record<ToldKind, readonly [MessageStatus, number?]> = {
    sent: ['sent'],
    'soft bounce': ['failed', 30008],
    delivered: ['delivered'],
    'hard bounce': ['undelivered', 30005],
    complained: ['delivered'],
  };
  const [status, errorCode] = statuses[kind];
  const { pathname, search } = new URL(mail.tags['StatusCallback'] ?? '');
  const path = pathname + search;
  const message = { sid: mail.messageId, from: mail.from, to: mail.to.join() };
  const parameters = statusParameters(TWILIO_ACCOUNT, message, status, { now: Date.now(), errorCode });
  const { headers, body } = signedForm(TWILIO_ACCOUNT.token, publicUrl + path, parameters);
  return { path, headers, body: new Uint8Array(body) };
}
