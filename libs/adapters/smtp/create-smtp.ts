import type { ProviderDeps, Settings } from '#adapters/email-providers/provider-module.js';
import { present, SettingsReader } from '#adapters/email-providers/read-settings.js';
import type { EmailProvider } from '#ports/delivery/email-provider.js';
import { SmtpProvider } from './smtp-provider.js';

export function create(settings: Settings, { clock }: ProviderDeps): EmailProvider {
  const read = new SettingsReader('smtp', settings);
  return new SmtpProvider(
    { url: read.text('url'), ...present({ maxInFlight: read.optionalCount('maxInFlight') }) },
    clock,
  );
}
