import { readFileSync } from 'node:fs';
import type { ChannelsConfig, ProvidersConfig } from '#adapters/channels/create-providers.js';
import type { Settings } from '#adapters/email-providers/provider-module.js';
import type { ConfigReader } from './config-reader.js';

/** E-mail is there in any case: campaigns and test mails go by it. */
export type ServerChannels = ChannelsConfig & { readonly email: ProvidersConfig };

interface ChannelConfig {
  readonly config: ProvidersConfig;
  /** Credentials, as they must not be written anywhere. */
  readonly secrets: readonly string[];
}

type Read = Record<string, unknown>;

/** What each provider of e-mail needs beside what all of them take. A text in `required` names who is missed. */
type Sections = Readonly<
  Record<string, (read: ConfigReader) => { settings: Read; required: Readonly<Record<string, string>> }>
>;

const EMAIL: Sections = {
  ses: (read) => {
    const credentials = {
      accessKeyId: read.text({ env: 'AWS_ACCESS_KEY_ID', file: 'email.ses.credentials.accessKeyId' }),
      secretAccessKey: read.text({
        env: 'AWS_SECRET_ACCESS_KEY',
        file: 'email.ses.credentials.secretAccessKey',
      }),
      sessionToken: read.text({ env: 'AWS_SESSION_TOKEN', file: 'email.ses.credentials.sessionToken' }),
    };
    const given = credentials.accessKeyId !== undefined || credentials.secretAccessKey !== undefined;
    return {
      settings: {
        region:
          read.text({ env: 'SES_REGION', file: 'email.ses.region' }) ?? read.text({ env: 'AWS_REGION' }),
        endpoint: read.url({ env: 'SES_ENDPOINT', file: 'email.ses.endpoint' }),
        configurationSet: read.text({ env: 'SES_CONFIGURATION_SET', file: 'email.ses.configurationSet' }),
        credentials: given ? present(credentials) : undefined,
        topicArns: read.list({ env: 'SES_TOPIC_ARNS', file: 'email.ses.topicArns' }),
      },
      required: {
        region: 'SES_REGION',
        ...(given
          ? {
              'credentials.accessKeyId': 'AWS_ACCESS_KEY_ID',
              'credentials.secretAccessKey': 'AWS_SECRET_ACCESS_KEY',
            }
          : {}),
      },
    };
  },
  resend: (read) => ({
    settings: {
      apiKey: read.text({ env: 'RESEND_API_KEY', file: 'email.resend.apiKey' }),
      baseUrl: read.url({ env: 'RESEND_BASE_URL', file: 'email.resend.baseUrl' }),
      webhookSecret: read.text({ env: 'RESEND_WEBHOOK_SECRET', file: 'email.resend.webhookSecret' }),
    },
    required: { apiKey: 'RESEND_API_KEY' },
  }),
  sendgrid: (read) => ({
    settings: {
      apiKey: read.text({ env: 'SENDGRID_API_KEY', file: 'email.sendgrid.apiKey' }),
      baseUrl: read.url({ env: 'SENDGRID_BASE_URL', file: 'email.sendgrid.baseUrl' }),
      webhookPublicKey: read.text({
        env: 'SENDGRID_WEBHOOK_PUBLIC_KEY',
        file: 'email.sendgrid.webhookPublicKey',
      }),
    },
    required: { apiKey: 'SENDGRID_API_KEY' },
  }),
  smtp: (read) => ({
    settings: { url: read.url({ env: 'SMTP_URL', file: 'email.smtp.url' }, ['smtp:', 'smtps:']) },
    required: { url: 'SMTP_URL' },
  }),
};

const SMS: Sections = {
  twilio: (read) => {
    const account = {
      accountSid: read.text({ env: 'TWILIO_ACCOUNT_SID', file: 'sms.twilio.accountSid' }),
      authToken: read.text({ env: 'TWILIO_AUTH_TOKEN', file: 'sms.twilio.authToken' }),
      from: read.text({ env: 'TWILIO_FROM', file: 'sms.twilio.from' }),
      baseUrl: read.url({ env: 'TWILIO_BASE_URL', file: 'sms.twilio.baseUrl' }),
    };
    // Told with each message. Of itself it makes nobody a user of Twilio.
    const given = Object.values(account).some((value) => value !== undefined);
    return {
      settings: { ...account, statusCallback: given ? hookOf(read, 'twilio') : undefined },
      required: {
        accountSid: 'TWILIO_ACCOUNT_SID',
        authToken: 'TWILIO_AUTH_TOKEN',
        from: 'TWILIO_FROM',
      },
    };
  },
};

const WHATSAPP: Sections = {
  whatsapp: (read) => ({
    settings: {
      token: read.text({ env: 'WHATSAPP_TOKEN', file: 'whatsapp.whatsapp.token' }),
      phoneNumberId: read.text({
        env: 'WHATSAPP_PHONE_NUMBER_ID',
        file: 'whatsapp.whatsapp.phoneNumberId',
      }),
      baseUrl: read.url({ env: 'WHATSAPP_BASE_URL', file: 'whatsapp.whatsapp.baseUrl' }),
      appSecret: read.text({ env: 'WHATSAPP_APP_SECRET', file: 'whatsapp.whatsapp.appSecret' }),
      verifyToken: read.text({ env: 'WHATSAPP_VERIFY_TOKEN', file: 'whatsapp.whatsapp.verifyToken' }),
    },
    required: { token: 'WHATSAPP_TOKEN', phoneNumberId: 'WHATSAPP_PHONE_NUMBER_ID' },
  }),
};

/** Where a provider is to call back, if people can reach us anywhere: a loopback address nobody else can call. */
function hookOf(read: ConfigReader, provider: string): string | undefined {
  const publicUrl = read.text({ env: 'POSTHORN_PUBLIC_URL', file: 'publicUrl' });
  // That it is no URL is said where it is read for everybody.
  if (publicUrl === undefined || !URL.canParse(publicUrl)) return undefined;
  return `${publicUrl.replace(/\/+$/, '')}/hooks/${provider}`;
}

const PUSH: Sections = {
  fcm: (read) => ({
    settings: {
      serviceAccount: readServiceAccount(read),
      baseUrl: read.url({ env: 'FCM_BASE_URL', file: 'push.fcm.baseUrl' }),
    },
    required: { serviceAccount: 'FCM_SERVICE_ACCOUNT' },
  }),
};

/** The file that Google's console hands out, as text, or the path to it. */
function readServiceAccount(read: ConfigReader): string | undefined {
  const name = 'FCM_SERVICE_ACCOUNT';
  const given = read.text({ env: name, file: 'push.fcm.serviceAccount' });
  if (given === undefined || given.trimStart().startsWith('{')) return given;
  try {
    return readFileSync(given, 'utf8');
  } catch {
    read.complain(
      name,
      'must be the JSON of a service account, or the path of a file with it that can be read',
    );
    return undefined;
  }
}

const CHANNELS: Readonly<Record<string, Sections>> = {
  email: EMAIL,
  sms: SMS,
  whatsapp: WHATSAPP,
  push: PUSH,
};

/**
 * A section for each channel: `providers` in the order of failover, and a section for each of them. Where nothing is said
 * of a channel its messages are captured, or go into the inbox.
 * @param known the providers of a channel
 */
export function readChannels(
  read: ConfigReader,
  channels: readonly string[],
  known: (channel: string) => readonly string[],
): { readonly config: ServerChannels; readonly secrets: readonly string[] } {
  const secrets: string[] = [];
  const config = Object.fromEntries(
    channels.map((channel) => {
      const one = readChannel(read, channel, known(channel));
      secrets.push(...one.secrets);
      return [channel, one.config];
    }),
  );
  return { config: { ...config, email: config['email'] ?? NOTHING }, secrets };
}

const NOTHING: ProvidersConfig = { order: [], settings: {} };

function readChannel(read: ConfigReader, channel: string, known: readonly string[]): ChannelConfig {
  const settings: Record<string, Settings> = {};
  const secrets: string[] = [];
  const required = new Map<string, { own: Read; needed: Readonly<Record<string, string>> }>();
  for (const name of known) {
    // Sections of providers that are not in the order are read all the same: a mistake in one is found before the
    // night on which it is put first.
    const own = ownSettings(read, channel, name);
    settings[name] = present({ ...own.settings, ...readUsage(read, `${channel}.${name}`) }) as Settings;
    secrets.push(...secretsIn(own.settings));
    required.set(name, { own: own.settings, needed: own.required });
  }
  const order = readOrder(read, channel, known, settings);
  for (const name of order) {
    const { own, needed } = required.get(name) ?? { own: {}, needed: {} };
    for (const [path, variable] of Object.entries(needed)) {
      if (valueAt(own, path) === undefined) read.complain(variable, `is needed by the provider ${name}`);
    }
  }
  return { config: { order, settings }, secrets };
}

function ownSettings(read: ConfigReader, channel: string, name: string): ReturnType<Sections[string]> {
  if (name === 'capture')
    return { settings: { keep: read.count({ file: `${channel}.capture.keep` }) }, required: {} };
  return CHANNELS[channel]?.[name]?.(read) ?? { settings: {}, required: {} };
}

function readOrder(
  read: ConfigReader,
  channel: string,
  known: readonly string[],
  settings: Readonly<Record<string, Settings>>,
): readonly string[] {
  const file = `${channel}.providers`;
  const place = channel === 'email' ? { env: 'EMAIL_PROVIDERS', file } : { file };
  const name = channel === 'email' ? 'EMAIL_PROVIDERS' : file;
  // E-mail has many vendors, whose variables may be set for other reasons; of the others there is one each.
  const vendor = known.find((one) => one !== 'capture' && Object.keys(settings[one] ?? {}).length > 0);
  // A channel of our own, the inbox, has nothing to capture: it sends to nobody outside.
  const without = known.find((one) => one === 'capture') ?? known[0] ?? 'capture';
  const usual = channel === 'email' || vendor === undefined ? without : vendor;
  const order = read.list(place) ?? [usual];
  if (order.some((one) => !known.includes(one))) read.complain(name, `may hold ${known.join(', ')}`);
  if (new Set(order).size < order.length) read.complain(name, 'names a provider twice');
  return order;
}

function readUsage(read: ConfigReader, section: string): Read {
  const at = (setting: string): { file: string } => ({ file: `${section}.${setting}` });
  const breaker = {
    windowMs: read.count(at('breaker.windowMs'), { min: 100 }),
    minCalls: read.count(at('breaker.minCalls')),
    failureRate: read.number(at('breaker.failureRate'), { min: 0.01, max: 1 }),
    consecutive: read.count(at('breaker.consecutive')),
    openMs: read.count(at('breaker.openMs'), { min: 10 }),
    maxOpenMs: read.count(at('breaker.maxOpenMs'), { min: 10 }),
    probes: read.count(at('breaker.probes'), { max: 100 }),
  };
  return {
    ratePerSecond: read.number(at('ratePerSecond'), { min: 0.01, max: 1_000_000 }),
    burst: read.count(at('burst'), { max: 1_000_000 }),
    weight: read.number(at('weight'), { min: 0, max: 1000 }),
    timeoutMs: read.count(at('timeoutMs'), { min: 100, max: 600_000 }),
    maxBatch: read.count(at('maxBatch'), { max: 1000 }),
    maxInFlight: read.count(at('maxInFlight'), { max: 10_000 }),
    breaker: Object.values(breaker).every((value) => value === undefined) ? undefined : present(breaker),
  };
}

function secretsIn(own: Read): string[] {
  const { apiKey, authToken, token, webhookSecret, appSecret, verifyToken } = own;
  const { serviceAccount, credentials, url } = own;
  const ofUrl = typeof url === 'string' && URL.canParse(url) ? passwordOf(new URL(url)) : [];
  const { secretAccessKey, sessionToken } = (credentials ?? {}) as Read;
  const ofAccount = [...keyOf(serviceAccount), secretAccessKey, sessionToken, ...ofUrl];
  return [apiKey, authToken, token, webhookSecret, appSecret, verifyToken, ...ofAccount].filter(
    (value) => typeof value === 'string',
  );
}

/** A log line holds the key as JSON writes it. */
function keyOf(serviceAccount: unknown): string[] {
  const key =
    typeof serviceAccount === 'string'
      ? /"private_key"\s*:\s*"([^"]+)"/.exec(serviceAccount)?.[1]
      : undefined;
  return key === undefined ? [] : [key, key.replaceAll('\\n', '\n')];
}

function passwordOf({ password }: URL): string[] {
  // A stray % is no reason to write the password into a log.
  const plain = /%(?![0-9a-f]{2})/i.test(password) ? password : decodeURIComponent(password);
  return password === '' ? [] : [password, plain];
}

function valueAt(settings: Read, path: string): unknown {
  return path.split('.').reduce<unknown>((value, part) => (value as Read | undefined)?.[part], settings);
}

function present(settings: Read): Read {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
