import type { ProviderDeps, Settings } from '#adapters/email-providers/provider-module.js';
import type { AnyProvider } from '#ports/delivery/message-provider.js';
import { InboxProvider } from './inbox-provider.js';

/** There is nothing to be set. */
export function create(_settings: Settings, { inbox, clock }: ProviderDeps): AnyProvider {
  return new InboxProvider(inbox, clock);
}
