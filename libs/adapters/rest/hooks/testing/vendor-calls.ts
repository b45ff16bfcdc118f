import { ResendCallbacks } from '#adapters/resend/resend-callbacks.js';
import { SendGridCallbacks } from '#adapters/sendgrid/sendgrid-callbacks.js';
import { SesCallbacks } from '#adapters/ses/ses-callbacks.js';
import { TwilioCallbacks } from '#adapters/twilio/twilio-callbacks.js';
import { WhatsAppCallbacks } from '#adapters/whatsapp/whatsapp-callbacks.js';
import type { CallbackReaders } from '#domain/delivery/application/take-callbacks.js';
import {
  RESEND_WEBHOOK_SECRET,
  resendEvent,
  type ResendEventType,
  signedByResend,
} from '#test/fakes/resend/resend-callbacks.js';
import {
  sendGridBody,
  sendGridEvent,
  type SendGridEventName,
  sendGridKeys,
  signedBySendGrid,
} from '#test/fakes/sendgrid/sendgrid-callbacks.js';
import { sesEvent, type SesEventType, signedBySns, SNS_TOPIC } from '#test/fakes/ses/ses-callbacks.js';
import { SNS_CERTIFICATE } from '#test/fakes/ses/sns-certificate.js';
import { type MessageStatus, signedForm, statusParameters } from '#test/fakes/twilio/twilio-signing.js';
import { TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import { WHATSAPP_ACCOUNT } from '#test/fakes/whatsapp/fake-whatsapp.js';
import { statusCallback } from '#test/fakes/whatsapp/whatsapp-callbacks.js';
import { type Call, PUBLIC_URL } from './hooks-server.js';

/** What is told of one message: which of its events, and when it was signed. */
export interface Telling {
  readonly deliveryId: string;
  /** In the vendor's words. */
  readonly event: string;
  readonly at: number;
}

export interface Vendor {
  readonly name: string;
  /** Its own words, by what they come to; the last is where a message ends of which all of them are told. */
  readonly words: readonly (readonly [event: string, status: string])[];
  /** Whether its signature carries a time. */
  readonly dated: boolean;
  call(telling: Telling): Call;
}

const keys = sendGridKeys();
export const certificates = {
  /** What the next request to Amazon ends in, beside an answer. */
  trouble: undefined as Error | undefined,
  fetchCertificate(): Promise<string> {
    return this.trouble ? Promise.reject(this.trouble) : Promise.resolve(SNS_CERTIFICATE.cert);
  },
  confirm: () => Promise.resolve(true),
};

export const readers: CallbackReaders = new Map([
  ['resend', { channel: 'email', callbacks: new ResendCallbacks({ webhookSecret: RESEND_WEBHOOK_SECRET }) }],
  ['sendgrid', { channel: 'email', callbacks: new SendGridCallbacks({ webhookPublicKey: keys.publicKey }) }],
  ['ses', { channel: 'email', callbacks: new SesCallbacks({ topicArns: [SNS_TOPIC] }, certificates) }],
  ['twilio', { channel: 'sms', callbacks: new TwilioCallbacks(TWILIO_ACCOUNT.token) }],
  ['whatsapp', { channel: 'whatsapp', callbacks: new WhatsAppCallbacks(WHATSAPP_ACCOUNT) }],
]);

/** Of one message and one event always the same, as the vendor's own id of it would be. */
const idOf = ({ deliveryId, event }: Telling): string => `${event}-${deliveryId}`.replace(/\W/g, '-');

const sidOf = (deliveryId: string): string => `SM${Buffer.from(deliveryId.slice(-16)).toString('hex')}`;

const resend: Vendor = {
  name: 'resend',
  words: [
    ['email.sent', 'accepted'],
    ['email.delivered', 'delivered'],
    ['email.bounced', 'bounced'],
    ['email.complained', 'complained'],
  ],
  dated: true,
  call: (telling) => {
    const { deliveryId, event, at } = telling;
    const body = JSON.stringify(resendEvent(event as ResendEventType, { at, deliveryId }));
    return { path: '/hooks/resend', ...signedByResend(body, { at, id: `msg_${idOf(telling)}` }) };
  },
};

const sendgrid: Vendor = {
  name: 'sendgrid',
  words: [
    ['processed', 'accepted'],
    ['delivered', 'delivered'],
    ['bounce', 'bounced'],
    ['spamreport', 'complained'],
  ],
  dated: true,
  call: (telling) => {
    const { deliveryId, event, at } = telling;
    const one = sendGridEvent(event as SendGridEventName, { at, deliveryId, eventId: idOf(telling) });
    const signed = signedBySendGrid(sendGridBody([one]), { at, privateKey: keys.privateKey });
    return { path: '/hooks/sendgrid', ...signed };
  },
};

const ses: Vendor = {
  name: 'ses',
  words: [
    ['Send', 'accepted'],
    ['Delivery', 'delivered'],
    ['Bounce', 'bounced'],
    ['Complaint', 'complained'],
  ],
  dated: true,
  call: (telling) => {
    const { deliveryId, event, at } = telling;
    const message = JSON.stringify(sesEvent(event as SesEventType, { at, deliveryId }));
    return { path: '/hooks/ses', ...signedBySns(message, { at, messageId: idOf(telling) }) };
  },
};

const twilio: Vendor = {
  name: 'twilio',
  words: [
    ['sent', 'accepted'],
    ['undelivered', 'bounced'],
    ['delivered', 'delivered'],
  ],
  dated: false,
  call: ({ deliveryId, event, at }) => {
    // A query that a careless encoder would write another way.
    const path = `/hooks/twilio?posthorn_delivery=${deliveryId}&x=%7e'a+b%2F`;
    const message = { sid: sidOf(deliveryId), from: '+15005550006', to: '+15551234567' };
    const parameters = statusParameters(TWILIO_ACCOUNT, message, event as MessageStatus, { now: at });
    const { headers, body } = signedForm(TWILIO_ACCOUNT.token, `${PUBLIC_URL}${path}`, parameters);
    return { path, headers, body };
  },
};

const whatsapp: Vendor = {
  name: 'whatsapp',
  words: [
    ['sent', 'accepted'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
  ],
  dated: false,
  call: ({ deliveryId, event, at }) => {
    const status = { id: `wamid.${deliveryId}`, status: event, to: '+15551234567', deliveryId, at };
    const { headers, body } = statusCallback([status]);
    return { path: '/hooks/whatsapp', headers, body };
  },
};

export const vendors: readonly Vendor[] = [resend, sendgrid, ses, twilio, whatsapp];
