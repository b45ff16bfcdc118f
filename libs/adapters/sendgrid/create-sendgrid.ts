import type { ProviderDeps, Settings } from '#adapters/email-providers/provider-module.js';
import { present, SettingsReader } from '#adapters/email-providers/read-settings.js';
import type { EmailProvider } from '#ports/delivery/email-provider.js';
import { SendGridProvider } from './sendgrid-provider.js';

export function create(settings: Settings, { clock }: ProviderDeps): EmailProvider {
  const read = new SettingsReader('sendgrid', settings);
  const optional = { baseUrl: read.optionalUrl('baseUrl'), maxInFlight: read.optionalCount('maxInFlight') };
  return new SendGridProvider({ apiKey: read.text('apiKey'), ...present(optional) }, clock);
}
