import type { ProviderDeps, Settings } from '#adapters/email-providers/provider-module.js';
import { present, SettingsReader, SINGLE_CALLS_IN_FLIGHT } from '#adapters/email-providers/read-settings.js';
import type { EmailProvider } from '#ports/delivery/email-provider.js';
import { ResendProvider } from './resend-provider.js';

export function create(settings: Settings, { clock }: ProviderDeps): EmailProvider {
  const read = new SettingsReader('resend', settings);
  const maxInFlight =
    read.optionalCount('maxInFlight') ?? (settings.maxBatch === 1 ? SINGLE_CALLS_IN_FLIGHT : undefined);
  const optional = { baseUrl: read.optionalUrl('baseUrl'), maxInFlight };
  return new ResendProvider({ apiKey: read.text('apiKey'), ...present(optional) }, clock);
}
