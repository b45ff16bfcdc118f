import type { Settings } from '#adapters/email-providers/provider-module.js';
import { present, SettingsReader } from '#adapters/email-providers/read-settings.js';
import { parseJson } from '#adapters/http/json-api.js';
import type { PushProvider } from '#ports/delivery/push-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { FcmProvider } from './fcm-provider.js';
import { parseServiceAccount } from './service-account.js';

/**
 * Settings: `serviceAccount` (the console's JSON file, as an object or as text), `baseUrl`, `maxInFlight`.
 *
 * @throws Error naming the setting at fault, never its value
 */
export function create(settings: Settings, { clock }: { readonly clock: Clock }): PushProvider {
  const read = new SettingsReader('fcm', settings);
  const optional = { baseUrl: read.optionalUrl('baseUrl'), maxInFlight: read.optionalCount('maxInFlight') };
  const serviceAccount = parseServiceAccount(fromText(settings['serviceAccount']));
  return new FcmProvider({ serviceAccount, ...present(optional) }, clock);
}

/** An environment variable holds the file as text. What is not JSON stays a text, and is refused as one. */
function fromText(setting: unknown): unknown {
  return typeof setting === 'string' ? (parseJson(setting) ?? setting) : setting;
}
