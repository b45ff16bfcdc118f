import type { Settings } from '#adapters/email-providers/provider-module.js';
import type { ProviderCallbacks } from '#ports/delivery/provider-callbacks.js';
import type { ChannelsConfig } from './create-providers.js';

/** A provider's reader, and the channel that it serves. */
export interface ConfiguredCallbacks {
  readonly channel: string;
  readonly callbacks: ProviderCallbacks;
}

interface Signed {
  readonly channel: string;
  /** All of them, or nothing that is called back can be believed. */
  readonly needs: readonly string[];
  create(settings: Settings): Promise<ProviderCallbacks>;
}

/** Every provider that calls back, and what it takes to believe it. To add one: a line here. */
const SIGNED: Readonly<Record<string, Signed>> = {
  resend: {
    channel: 'email',
    needs: ['webhookSecret'],
    create: async (settings) => {
      const { ResendCallbacks } = await import('#adapters/resend/resend-callbacks.js');
      return new ResendCallbacks({ webhookSecret: text(settings['webhookSecret']) });
    },
  },
  sendgrid: {
    channel: 'email',
    needs: ['webhookPublicKey'],
    create: async (settings) => {
      const { SendGridCallbacks } = await import('#adapters/sendgrid/sendgrid-callbacks.js');
      return new SendGridCallbacks({ webhookPublicKey: text(settings['webhookPublicKey']) });
    },
  },
  ses: {
    channel: 'email',
    needs: ['topicArns'],
    create: async ({ topicArns }) => {
      const { SesCallbacks } = await import('#adapters/ses/ses-callbacks.js');
      return new SesCallbacks({ topicArns: Array.isArray(topicArns) ? topicArns.map(text) : [] });
    },
  },
  twilio: {
    channel: 'sms',
    needs: ['authToken'],
    create: async (settings) => (await import('#adapters/twilio/create-twilio.js')).createCallbacks(settings),
  },
  whatsapp: {
    channel: 'whatsapp',
    needs: ['appSecret', 'verifyToken'],
    create: async (settings) =>
      (await import('#adapters/whatsapp/create-whatsapp.js')).createCallbacks(settings),
  },
};

/**
 * Makes the readers of every provider whose secrets are configured, in the order of failover or not: what was sent by
 * one that has been taken out of it is still told of.
 * @throws Error naming the provider and the setting at fault, never its value
 */
export async function createCallbacks(
  config: ChannelsConfig,
): Promise<ReadonlyMap<string, ConfiguredCallbacks>> {
  const readers = await Promise.all(
    Object.entries(SIGNED).map(async ([name, { channel, needs, create }]) => {
      const settings = config[channel]?.settings[name];
      if (!settings || !needs.every((setting) => isGiven(settings[setting]))) return [];
      return [[name, { channel, callbacks: await create(settings) }] as const];
    }),
  );
  return new Map<string, ConfiguredCallbacks>(readers.flat());
}

function isGiven(setting: unknown): boolean {
  return Array.isArray(setting) ? setting.length > 0 : setting !== undefined && setting !== '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
