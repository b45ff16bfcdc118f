import type { Settings } from '#adapters/email-providers/provider-module.js';
import { present, SettingsReader } from '#adapters/email-providers/read-settings.js';
import type { ProviderCallbacks } from '#ports/delivery/provider-callbacks.js';
import type { WhatsAppProvider } from '#ports/delivery/whatsapp-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { WhatsAppCallbacks } from './whatsapp-callbacks.js';
import { WhatsAppCloudProvider } from './whatsapp-provider.js';

/** @throws Error naming the setting at fault, never its value */
export function create(settings: Settings, { clock }: { readonly clock: Clock }): WhatsAppProvider {
  const read = new SettingsReader('whatsapp', settings);
  const version = read.optionalText('version');
  if (version !== undefined && !/^v\d{1,3}\.\d$/.test(version))
    throw new Error('whatsapp: version must be one of the Graph API, such as v23.0');
  const optional = {
    baseUrl: read.optionalUrl('baseUrl'),
    version,
    maxInFlight: read.optionalCount('maxInFlight'),
  };
  return new WhatsAppCloudProvider(
    { token: read.text('token'), phoneNumberId: phoneNumberIdOf(read), ...present(optional) },
    clock,
  );
}

/** @throws Error naming the setting at fault, never its value */
export function createCallbacks(settings: Settings): ProviderCallbacks {
  const read = new SettingsReader('whatsapp', settings);
  return new WhatsAppCallbacks({
    appSecret: read.text('appSecret'),
    verifyToken: read.text('verifyToken'),
    phoneNumberId: phoneNumberIdOf(read),
  });
}

/** Who writes the number itself here gets nothing but "does not exist" from Meta, so it is said at once. */
function phoneNumberIdOf(read: SettingsReader): string {
  const id = read.text('phoneNumberId');
  if (!/^\d{1,32}$/.test(id))
    throw new Error('whatsapp: phoneNumberId must be the digits that Meta gave the number, not the number');
  return id;
}
