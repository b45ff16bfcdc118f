import { type BreakerRules, defaultBreakerRules } from '#domain/delivery/model/breaker.js';
import type { AnyProvider } from '#ports/delivery/message-provider.js';
import type { ProviderDeps, Settings, Usage } from '#adapters/email-providers/provider-module.js';
import type { Channel } from '#ports/delivery/channel.js';
import { channelRegistry, type RegisteredChannel } from './channel-registry.js';

/** Plain data, so that it can be handed to another thread. */
export interface ProvidersConfig {
  /** Names in the order of failover. */
  readonly order: readonly string[];
  /** By name: what the provider itself needs (`apiKey`, `baseUrl`, …) and how it is to be used. */
  readonly settings: Readonly<Record<string, Settings>>;
}

/** A provider, and how the pool is to use it. */
export interface ConfiguredProvider {
  readonly provider: AnyProvider;
  readonly settings: Omit<Usage, 'timeoutMs' | 'breaker' | 'maxBatch'> & {
    readonly timeoutMs: number;
    readonly breaker: BreakerRules;
  };
}

const DEFAULT_TIMEOUT_MS = 30_000;

export type Deps = Omit<ProviderDeps, 'channel'>;

/** By the channel's name. */
export type ChannelsConfig = Readonly<Record<string, ProvidersConfig>>;

export interface ConfiguredChannel {
  readonly channel: Channel;
  readonly providers: readonly ConfiguredProvider[];
}

/** In the order of the registry. */
export function providerNames(channel: string): readonly string[] {
  return Object.keys(registered(channel).providers);
}

/** The channels of these names. @throws Error for a name that is none */
export function registeredChannels(names: readonly string[]): readonly Channel[] {
  return names.map((name) => registered(name).channel);
}

export const channelNames: readonly string[] = Object.keys(channelRegistry);

/** Makes every configured channel with its providers. @throws Error like {@link createProviders} */
export function createChannels(config: ChannelsConfig, deps: Deps): Promise<readonly ConfiguredChannel[]> {
  return Promise.all(
    Object.entries(config).map(async ([name, providers]) => ({
      channel: registered(name).channel,
      providers: await createProviders(name, providers, deps),
    })),
  );
}

/**
 * Makes the providers configured for a channel, in their order. Only the modules of those in the list are loaded: the AWS
 * SDK alone would take longer to load than everything else together.
 * @throws Error naming the provider and the setting at fault, never its value
 */
export async function createProviders(
  channel: string,
  config: ProvidersConfig,
  deps: Deps,
): Promise<readonly ConfiguredProvider[]> {
  const { order, settings } = config;
  if (order.length === 0) throw new Error(`No provider is configured for ${channel}. ${thereAre(channel)}`);
  const twice = order.find((name, at) => order.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`The provider ${twice} is named twice for ${channel}.`);
  return Promise.all(order.map((name) => createOne(channel, name, settings[name] ?? {}, deps)));
}

async function createOne(
  channelName: string,
  name: string,
  settings: Settings,
  deps: Deps,
): Promise<ConfiguredProvider> {
  const { channel, providers } = registered(channelName);
  const load = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (!load)
    throw new Error(
      `There is no provider ${JSON.stringify(name)} for ${channelName}. ${thereAre(channelName)}`,
    );
  const { create } = await load();
  return {
    provider: withBatchesOf(settings.maxBatch, create(settings, { ...deps, channel })),
    settings: usageOf(settings),
  };
}

function registered(channel: string): RegisteredChannel {
  const found = Object.hasOwn(channelRegistry, channel) ? channelRegistry[channel] : undefined;
  if (!found) throw new Error(`There is no channel ${JSON.stringify(channel)}.`);
  return found;
}

function thereAre(channel: string): string {
  return `There are: ${providerNames(channel).join(', ')}.`;
}

function withBatchesOf(maxBatch: number | undefined, provider: AnyProvider): AnyProvider {
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
