import { afterEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { PushProvider } from '#ports/delivery/push-provider.js';
import { newServiceAccount } from '#test/fakes/fcm/service-account-file.js';
import { create } from './create-fcm.js';

const FILE = newServiceAccount();

describe('settings for FCM', () => {
  let provider: PushProvider | undefined;
  const made = (settings: Record<string, unknown>) =>
    (provider = create(settings, { clock: new DrivenClock() }));
  afterEach(() => provider?.close());

  it('hold a service account as an object', () => {
    expect(made({ serviceAccount: FILE })).toMatchObject({
      name: 'fcm',
      capabilities: { maxBatch: 1, idempotencyKey: false, rateUnit: 'messages' },
    });
  });

  it('hold it as text, as an environment variable does', () => {
    const settings = { serviceAccount: JSON.stringify(FILE), baseUrl: 'http://127.0.0.1:1', maxInFlight: 4 };
    expect(made(settings).capabilities.maxInFlight).toBe(4);
  });

  it.each([
    ['no account', {}, 'serviceAccount is missing'],
    [
      'text that is no JSON',
      { serviceAccount: 'hush' },
      'serviceAccount must be the JSON of a service account',
    ],
    ['half an account', { serviceAccount: '{}' }, 'serviceAccount.project_id is missing'],
    [
      'an address that is none',
      { serviceAccount: FILE, baseUrl: 'fcm' },
      'baseUrl must be an http or https URL',
    ],
    [
      'no connections',
      { serviceAccount: FILE, maxInFlight: 0 },
      'maxInFlight must be a positive whole number',
    ],
  ])('are refused with %s', (_, settings, what) => {
    expect(() => made(settings)).toThrow(new Error(`fcm: ${what}`));
  });
});
