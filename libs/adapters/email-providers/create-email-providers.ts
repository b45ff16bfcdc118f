import { type BreakerRules, defaultBreakerRules } from '#domain/delivery/model/breaker.js';
import type { EmailProvider } from '#ports/delivery/email-provider.js';
import type { EmailProviderDeps, EmailProviderModule, Settings, Usage } from './provider-module.js';

/** Plain data, so that it can be handed to another thread. */
export interface EmailProvidersConfig {
  /** Names in the order of failover. */
  readonly order: readonly string[];
  /** By name: what the provider itself needs (`apiKey`, `baseUrl`, …) and how it is to be used. */
  readonly settings: Readonly<Record<string, Settings>>;
}

/** A provider, and how the pool is to use it. */
export interface ConfiguredProvider {
  readonly provider: EmailProvider;
  readonly settings: Omit<Usage, 'timeoutMs' | 'breaker' | 'maxBatch'> & {
    readonly timeoutMs: number;
    readonly breaker: BreakerRules;
  };
}

/** Every provider there is. To add one: a folder beside this one, and a line here. */
const registry: Readonly<Record<string, () => Promise<EmailProviderModule>>> = {
  ses: () => import('#adapters/ses/create-ses.js'),
  resend: () => import('#adapters/resend/create-resend.js'),
  sendgrid: () => import('#adapters/sendgrid/create-sendgrid.js'),
  smtp: () => import('#adapters/smtp/create-smtp.js'),
  capture: () => import('#adapters/capture/create-capture.js'),
};

const DEFAULT_TIMEOUT_MS = 30_000;

export const emailProviderNames: readonly string[] = Object.keys(registry);

/**
 * Makes the configured providers, in their order. Only the modules of those in the list are loaded: the AWS SDK alone
 * would take longer to load than everything else together.
 * @throws Error naming the provider and the setting at fault, never its value
 */
export async function createEmailProviders(
  config: EmailProvidersConfig,
  deps: EmailProviderDeps,
): Promise<readonly ConfiguredProvider[]> {
  const { order } = config;
  if (order.length === 0)
    throw new Error(`No e-mail provider is configured. There are: ${emailProviderNames.join(', ')}.`);
  const twice = order.find((name, at) => order.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`The e-mail provider ${twice} is named twice.`);
  return Promise.all(order.map((name) => createOne(name, config.settings[name] ?? {}, deps)));
}

async function createOne(
  name: string,
  settings: Settings,
  deps: EmailProviderDeps,
): Promise<ConfiguredProvider> {
  const load = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (!load)
    throw new Error(
      `There is no e-mail provider ${JSON.stringify(name)}. There are: ${emailProviderNames.join(', ')}.`,
    );
  const { create } = await load();
  return { provider: withBatchesOf(settings.maxBatch, create(settings, deps)), settings: usageOf(settings) };
}

function withBatchesOf(maxBatch: number | undefined, provider: EmailProvider): EmailProvider {
  const { name, capabilities } = provider;
  if (maxBatch === undefined || maxBatch >= capabilities.maxBatch) return provider;
  return {
    name,
    capabilities: { ...capabilities, maxBatch },
    send: (call) => provider.send(call),
    quota: () => provider.quota(),
    check: () => provider.check(),
    close: () => provider.close(),
  };
}

function usageOf({
  ratePerSecond,
  burst,
  weight,
  timeoutMs,
  breaker,
}: Usage): ConfiguredProvider['settings'] {
  return {
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    ...(burst === undefined ? {} : { burst }),
    ...(weight === undefined ? {} : { weight }),
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    breaker: { ...defaultBreakerRules, ...breaker },
  };
}
