import type { EmailProvidersConfig } from '#adapters/email-providers/create-email-providers.js';
import type { Settings } from '#adapters/email-providers/provider-module.js';
import type { ConfigReader } from './config-reader.js';

export interface EmailConfig {
  readonly config: EmailProvidersConfig;
  /** Credentials, as they must not be written anywhere. */
  readonly secrets: readonly string[];
}

type Read = Record<string, unknown>;

/** What each provider needs beside what all of them take. A text in `required` names who is missed. */
const OWN: Readonly<
  Record<string, (read: ConfigReader) => { settings: Read; required: Readonly<Record<string, string>> }>
> = {
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
    },
    required: { apiKey: 'RESEND_API_KEY' },
  }),
  sendgrid: (read) => ({
    settings: {
      apiKey: read.text({ env: 'SENDGRID_API_KEY', file: 'email.sendgrid.apiKey' }),
      baseUrl: read.url({ env: 'SENDGRID_BASE_URL', file: 'email.sendgrid.baseUrl' }),
    },
    required: { apiKey: 'SENDGRID_API_KEY' },
  }),
  smtp: (read) => ({
    settings: { url: read.url({ env: 'SMTP_URL', file: 'email.smtp.url' }, ['smtp:', 'smtps:']) },
    required: { url: 'SMTP_URL' },
  }),
  capture: (read) => ({ settings: { keep: read.count({ file: 'email.capture.keep' }) }, required: {} }),
};

/** The section `email`: `providers` in the order of failover, and a section for each of them. */
export function readEmailProviders(read: ConfigReader, known: readonly string[]): EmailConfig {
  const order = read.list({ env: 'EMAIL_PROVIDERS', file: 'email.providers' }) ?? ['capture'];
  if (order.some((name) => !known.includes(name)))
    read.complain('EMAIL_PROVIDERS', `may hold ${known.join(', ')}`);
  if (new Set(order).size < order.length) read.complain('EMAIL_PROVIDERS', 'names a provider twice');
  const settings: Record<string, Settings> = {};
  const secrets: string[] = [];
  for (const name of known) {
    // Sections of providers that are not in the order are read all the same: a mistake in one is found before the
    // night on which it is put first.
    const own = OWN[name]?.(read) ?? { settings: {}, required: {} };
    settings[name] = present({ ...own.settings, ...readUsage(read, name) }) as Settings;
    secrets.push(...secretsIn(own.settings));
    if (!order.includes(name)) continue;
    for (const [path, variable] of Object.entries(own.required)) {
      if (valueAt(own.settings, path) === undefined)
        read.complain(variable, `is needed by the provider ${name}`);
    }
  }
  return { config: { order, settings }, secrets };
}

function readUsage(read: ConfigReader, name: string): Read {
  const at = (setting: string): { file: string } => ({ file: `email.${name}.${setting}` });
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

function secretsIn({ apiKey, credentials, url }: Read): string[] {
  const ofUrl = typeof url === 'string' && URL.canParse(url) ? passwordOf(new URL(url)) : [];
  const { secretAccessKey, sessionToken } = (credentials ?? {}) as Read;
  return [apiKey, secretAccessKey, sessionToken, ...ofUrl].filter((value) => typeof value === 'string');
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
