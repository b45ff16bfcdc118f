import type { ConfiguredChannel } from '#adapters/channels/create-providers.js';
import { alone, type Company } from '#domain/delivery/application/company.js';
import type { ChannelLine } from '#domain/delivery/application/deliver-parcel.js';
import { ProviderPool } from '#domain/delivery/application/provider-pool.js';
import type { Transition } from '#domain/delivery/application/provider-slot.js';
import { RetryBudget } from '#domain/delivery/application/retry-budget.js';
import type { Clock } from '#ports/system/clock.js';
import type { Randomness } from '#ports/system/randomness.js';

/**
 * Every channel with a pool of its own: an outage of the SMS provider spends nothing of what e-mail may spend.
 *
 * @param company the workers of other processes that send over the same accounts
 */
export function linesOf(
  channels: readonly ConfiguredChannel[],
  clock: Clock,
  randomness: Randomness,
  onTransition: (transition: Transition) => void = () => {},
  company: Company = alone,
): ReadonlyMap<string, ChannelLine> {
  return new Map(
    channels.map(({ channel, providers }) => [
      channel.name,
      {
        channel,
        pool: new ProviderPool(channel.name, providers, clock, randomness, onTransition, company),
        retryBudget: new RetryBudget(clock.monotonic()),
      },
    ]),
  );
}
