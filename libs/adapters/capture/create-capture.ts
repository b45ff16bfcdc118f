import type { EmailProviderDeps, Settings } from '#adapters/email-providers/provider-module.js';
import { present, SettingsReader } from '#adapters/email-providers/read-settings.js';
import type { EmailProvider } from '#ports/delivery/email-provider.js';
import { CaptureProvider } from './capture-provider.js';

export function create(settings: Settings, { capturedMails, clock }: EmailProviderDeps): EmailProvider {
  const read = new SettingsReader('capture', settings);
  return new CaptureProvider(present({ keep: read.optionalCount('keep') }), capturedMails, clock);
}
