import type { ProviderDeps, Settings } from '#adapters/email-providers/provider-module.js';
import { present, SettingsReader } from '#adapters/email-providers/read-settings.js';
import type { EmailProvider } from '#ports/delivery/email-provider.js';
import { SesProvider, type SesSettings } from './ses-provider.js';

/** Reads `region`, `endpoint`, `credentials: { accessKeyId, secretAccessKey, sessionToken }`, `configurationSet`. */
export function create(settings: Settings, { clock }: ProviderDeps): EmailProvider {
  const read = new SettingsReader('ses', settings);
  const optional = {
    endpoint: read.optionalUrl('endpoint'),
    configurationSet: read.optionalText('configurationSet'),
    maxInFlight: read.optionalCount('maxInFlight'),
    credentials: credentialsOf(settings['credentials']),
  };
  return new SesProvider({ region: read.text('region'), ...present(optional) }, clock);
}

function credentialsOf(settings: unknown): SesSettings['credentials'] {
  if (typeof settings !== 'object' || settings === null) return undefined;
  const read = new SettingsReader('ses: credentials', settings as Record<string, unknown>);
  const sessionToken = read.optionalText('sessionToken');
  return {
    accessKeyId: read.text('accessKeyId'),
    secretAccessKey: read.text('secretAccessKey'),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
