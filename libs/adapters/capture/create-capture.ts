import type { ProviderDeps, Settings } from '#adapters/email-providers/provider-module.js';
import { present, SettingsReader } from '#adapters/email-providers/read-settings.js';
import type { AnyProvider } from '#ports/delivery/message-provider.js';
import { CaptureProvider } from './capture-provider.js';
import { CaptureTexts } from './capture-texts.js';

export function create(settings: Settings, { channel, capturedMails, clock }: ProviderDeps): AnyProvider {
  const read = new SettingsReader('capture', settings);
  const capture = new CaptureProvider(present({ keep: read.optionalCount('keep') }), capturedMails, clock);
  return channel.name === 'email' ? capture : new CaptureTexts(channel, capture);
}
