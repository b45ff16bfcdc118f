import type { ProviderModule } from '#adapters/email-providers/provider-module.js';
import type { Channel } from '#ports/delivery/channel.js';
import { email } from '#adapters/channels/email-channel.js';
import { inbox } from '#adapters/channels/inbox-channel.js';
import { push } from '#adapters/channels/push-channel.js';
import { sms } from '#adapters/channels/sms-channel.js';
import { whatsapp } from '#adapters/channels/whatsapp-channel.js';

/** A channel and everything that can send its messages, each loaded only when it is used. */
export interface RegisteredChannel {
  readonly channel: Channel;
  readonly providers: Readonly<Record<string, () => Promise<ProviderModule>>>;
}

const capture = () => import('#adapters/capture/create-capture.js');

/** Every channel there is, and every provider. To add one: a folder beside this one, and a line here. */
export const channelRegistry: Readonly<Record<string, RegisteredChannel>> = {
  email: {
    channel: email,
    providers: {
      ses: () => import('#adapters/ses/create-ses.js'),
      resend: () => import('#adapters/resend/create-resend.js'),
      sendgrid: () => import('#adapters/sendgrid/create-sendgrid.js'),
      smtp: () => import('#adapters/smtp/create-smtp.js'),
      capture,
    },
  },
  sms: { channel: sms, providers: { twilio: () => import('#adapters/twilio/create-twilio.js'), capture } },
  whatsapp: {
    channel: whatsapp,
    providers: { whatsapp: () => import('#adapters/whatsapp/create-whatsapp.js'), capture },
  },
  push: { channel: push, providers: { fcm: () => import('#adapters/fcm/create-fcm.js'), capture } },
  // Nothing leaves the house, so there is nothing to be captured instead.
  inbox: { channel: inbox, providers: { inbox: () => import('#adapters/inbox/create-inbox.js') } },
};
