import { resolve } from 'node:path';
import type { Usage as ProviderUsage } from '#adapters/email-providers/provider-module.js';
import type { HostLogger } from '#adapters/host-logger/host-log.js';
import { type ServerConfig, serverConfigOf } from '#apps/server/src/config/server-config.js';
import type { LaneSettings } from '#domain/delivery/application/work-lane.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';

/** How a provider is to be used, whichever it is. */
export interface Usage extends ProviderUsage {
  /** Calls at once. */
  readonly maxInFlight?: number;
}

export interface EmailOptions {
  /** `Name <address>`: who e-mails are from whose notification type names no sender. */
  readonly from?: string;
  /** In the order of failover. Left out: `capture`, which sends nothing and keeps what it was given. */
  readonly providers?: readonly ('ses' | 'resend' | 'sendgrid' | 'smtp' | 'capture')[];
  readonly ses?: Usage & {
    readonly region: string;
    readonly endpoint?: string;
    readonly configurationSet?: string;
    readonly credentials?: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };
    /** SNS topics whose callbacks are believed. */
    readonly topicArns?: readonly string[];
  };
  readonly resend?: Usage & {
    readonly apiKey: string;
    readonly baseUrl?: string;
    readonly webhookSecret?: string;
  };
  readonly sendgrid?: Usage & {
    readonly apiKey: string;
    readonly baseUrl?: string;
    readonly webhookPublicKey?: string;
  };
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly smtp?: Usage & { readonly url: string };
}

export interface SmsOptions {
  readonly providers?: readonly ('twilio' | 'capture')[];
  readonly twilio?: Usage & {
    readonly accountSid: string;
    readonly authToken: string;
    readonly from: string;
    readonly baseUrl?: string;
  };
}

export interface WhatsAppOptions {
  readonly providers?: readonly ('whatsapp' | 'capture')[];
  readonly whatsapp?: Usage & {
    readonly token: string;
    readonly phoneNumberId: string;
    readonly baseUrl?: string;
    readonly appSecret?: string;
    readonly verifyToken?: string;
  };
}

export interface PushOptions {
  readonly providers?: readonly ('fcm' | 'capture')[];
  /** `serviceAccount`: the JSON that Google's console hands out, or the path of a file with it. */
  readonly fcm?: Usage & { readonly serviceAccount: string; readonly baseUrl?: string };
}

/**
 * What Posthorn is told by the application it is part of. The sections of the channels, `lanes` and `webhooks` are those of
 * `posthorn.config.yaml`. No environment variable is read: the environment is the application's.
 */
export interface EmbeddedOptions {
  /** Made if it is not there. One process at a time may use it. */
  readonly dataDir: string;
  /** Where people reach this application: the base of links and pictures in mails, and of the callbacks of providers. */
  readonly publicUrl?: string;
  readonly email?: EmailOptions;
  readonly sms?: SmsOptions;
  readonly whatsapp?: WhatsAppOptions;
  readonly push?: PushOptions;
  readonly lanes?: Readonly<Partial<Record<Lane, Partial<LaneSettings>>>>;
  /** `allowPrivate`: webhooks may go to addresses that only this network knows. */
  readonly webhooks?: { readonly allowPrivate?: boolean };
  /** Left out: Nest's own `Logger`, which writes where the application has told it to. */
  readonly logger?: HostLogger;
  /**
   * Told when the storage has died under us (the disk is gone): from then on everything is refused as
   * `storage_unavailable`, and only a new start helps. What was acknowledged is on disk.
   */
  readonly onFatal?: (error: Error) => void;
}

/** @throws BadConfiguration naming everything that is wrong at once, values never */
export function configOf(options: EmbeddedOptions): ServerConfig {
  const { dataDir, publicUrl, email, sms, whatsapp, push, lanes, webhooks } = options;
  const said = { publicUrl, email, sms, whatsapp, push, lanes, webhooks };
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  // No roles that serve: the doors are the application's.
  const ours = { target: 'embedded', roles: ['worker', 'timer'], dataDir: resolve(dataDir) };
  return serverConfigOf({}, { ...ours, ...given }, process.cwd());
}
