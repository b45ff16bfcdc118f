import { present, SettingsReader } from '#adapters/email-providers/read-settings.js';
import type { ProviderCallbacks } from '#ports/delivery/provider-callbacks.js';
import type { SmsProvider } from '#ports/delivery/sms-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { TwilioCallbacks } from './twilio-callbacks.js';
import { TwilioProvider } from './twilio-provider.js';

type Settings = Readonly<Record<string, unknown>>;

/** @throws Error naming the setting at fault, never its value */
export function create(settings: Settings, { clock }: { readonly clock: Clock }): SmsProvider {
  const read = new SettingsReader('twilio', settings);
  const optional = {
    baseUrl: read.optionalUrl('baseUrl'),
    statusCallback: read.optionalUrl('statusCallback'),
    maxInFlight: read.optionalCount('maxInFlight'),
  };
  const account = { accountSid: read.text('accountSid'), authToken: read.text('authToken') };
  return new TwilioProvider({ ...account, from: read.text('from'), ...present(optional) }, clock);
}

/** @throws Error naming the setting at fault, never its value */
export function createCallbacks(settings: Settings): ProviderCallbacks {
  return new TwilioCallbacks(new SettingsReader('twilio', settings).text('authToken'));
}
