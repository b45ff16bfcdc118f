import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { BadConfiguration, ConfigReader } from './config-reader.js';
import { readModeration } from './moderation-config.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const url = 'https://moderator.example/ask';

const read = (moderation: unknown) => {
  const reader = new ConfigReader({}, { chat: { moderation } });
  const { settings, secrets } = readModeration(reader);
  reader.finish();
  return { of: (id = 'wsp_a') => settings.of(id as WorkspaceId), secrets };
};

describe('the section chat.moderation', () => {
  it('left out asks nobody', () => {
    expect(read({}).of()).toBeUndefined();
  });

  it('asks within a second, and not about bots, if it says no more than it must', () => {
    const { of, secrets } = read({ url, secrets: [SECRET], onFailure: 'refuse' });
    expect(of()).toEqual({ url, keys: [SECRET], onFailure: 'refuse', timeoutMs: 1_000, bots: false });
    expect(secrets).toEqual([SECRET]);
  });

  it('has another rule for a workspace', () => {
    const { of } = read({
      workspaces: { wsp_b: { url, secrets: [SECRET], onFailure: 'allow', timeoutMs: 3_000, bots: true } },
    });
    expect(of('wsp_a')).toBeUndefined();
    expect(of('wsp_b')).toMatchObject({ onFailure: 'allow', timeoutMs: 3_000, bots: true });
  });

  it.each([
    [{ url, secrets: [SECRET] }, /onFailure.*allow or refuse/],
    [{ url, onFailure: 'allow' }, /secrets.*signed/],
    [{ url, onFailure: 'allow', secrets: ['hunter2'] }, /secrets.*whsec_/],
    [{ url, onFailure: 'allow', secrets: [SECRET], timeoutMs: 3_001 }, /timeoutMs/],
    [{ url: 'ftp://x', onFailure: 'allow', secrets: [SECRET] }, /url/],
  ])('is refused as %j', (moderation, message) => {
    expect(() => read(moderation)).toThrow(BadConfiguration);
    expect(() => read(moderation)).toThrow(message);
  });
});
