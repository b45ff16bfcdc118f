import type { BreakerRules } from '#domain/delivery/model/breaker.js';
import type { AnyProvider } from '#ports/delivery/message-provider.js';
import type { Channel } from '#ports/delivery/channel.js';
import type { Inbox } from '#ports/communication/inbox.js';
import type { CapturedMails } from '#ports/delivery/captured-mails.js';
import type { Clock } from '#ports/system/clock.js';

/** How any provider is to be used; beside these stands whatever its own module reads. */
export interface Usage {
  readonly ratePerSecond?: number;
  readonly burst?: number;
  readonly weight?: number;
  readonly timeoutMs?: number;
  /** Fewer messages in one call than the provider would take. */
  readonly maxBatch?: number;
  readonly breaker?: Partial<BreakerRules>;
}

export type Settings = Usage & Readonly<Record<string, unknown>>;

export interface ProviderDeps {
  /** What the provider is to send on: some serve several. */
  readonly channel: Channel;
  readonly clock: Clock;
  readonly capturedMails: CapturedMails;
  readonly inbox: Inbox;
}

/** What a provider's folder offers to the registry. */
export interface ProviderModule {
  /** @throws Error naming the setting at fault, never its value */
  create(settings: Settings, deps: ProviderDeps): AnyProvider;
}
