import { describe, expect, it } from '@jest/globals';
import type { Ids } from './ids.js';

export function describeIdsContract(name: string, make: () => Ids): void {
  describe(`Ids: ${name}`, () => {
    it('makes the prefix, an underscore and 26 characters of lowercase Crockford base32', () => {
      const ids = make();
      for (let i = 0; i < 100; i++) expect(ids.next('cmp')).toMatch(/^cmp_[0-9a-hjkmnp-tv-z]{26}$/);
    });

    it('never makes the same id twice, and makes them in sorting order', () => {
      const ids = make();
      const made = Array.from({ length: 20_000 }, () => ids.next('dlv'));
      expect(new Set(made).size).toBe(made.length);
      expect([...made].sort()).toEqual(made);
    });
  });
}
