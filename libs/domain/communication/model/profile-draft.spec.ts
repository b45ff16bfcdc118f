import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { type PreferencesDraft, readPreferences, readProfile, readUserId } from './profile-draft.js';

const channels = new Set(['email', 'sms', 'push']);

describe('the id of a user', () => {
  // Whatever resolves a URL takes them for steps in its path, so nobody could ever be asked for by them.
  it.each(['.', '..', ''])('is never %j', (id) => {
    expect(() => readUserId(id)).toThrow(Refusal);
  });
});

describe('a profile', () => {
  it('has no address of a kind that no channel takes', () => {
    const kinds = new Map([['email', (text: string) => text.toLowerCase()]]);
    expect(readProfile({ email: 'A@X.IO' }, kinds)).toEqual({ addresses: { email: 'a@x.io' } });
    expect(() => readProfile({ email: 'A@X.IO', phone: '+436601234567' }, kinds)).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        faults: [expect.objectContaining({ pointer: '/phone', code: 'not_allowed' })],
      }),
    );
  });
});

describe('preferences', () => {
  const list = fc.uniqueArray(fc.constantFrom(...channels));
  const map = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/), list);

  it('are taken as they are given, whatever the names', () => {
    fc.assert(
      fc.property(map, map, fc.option(list, { nil: undefined }), (types, categories, everything) => {
        const read = readPreferences({ types, categories, channels: everything }, channels);
        const rest = everything === undefined ? {} : { channels: everything };
        expect(read).toEqual({ types: { ...types }, categories: { ...categories }, ...rest });
      }),
    );
  });

  it('of any other shape are refused in a few words, never misread', () => {
    const anything = fc.record({ channels: fc.anything(), types: fc.anything(), categories: fc.anything() });
    fc.assert(
      fc.property(anything, (draft: PreferencesDraft) => {
        const read = readOrRefuse(draft);
        if (read instanceof Refusal) {
          expect(read.faults.length).toBeGreaterThan(0);
          expect(read.faults.length).toBeLessThanOrEqual(50);
          return;
        }
        const lists = [...Object.values(read.types), ...Object.values(read.categories), read.channels ?? []];
        for (const names of lists) expect(names.every((name) => channels.has(name))).toBe(true);
        expect(readPreferences(read, channels)).toEqual(read);
      }),
      { numRuns: 1_000 },
    );
  });
});

function readOrRefuse(draft: PreferencesDraft): ReturnType<typeof readPreferences> | Refusal {
  try {
    return readPreferences(draft, channels);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
