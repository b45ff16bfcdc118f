import { describe, expect, it } from '@jest/globals';
import type { ApiKeyTokens } from './api-key-tokens.js';

const KEY_ID = 'key_01arz3ndektsv4rrffq69g5fav';

export function describeApiKeyTokensContract(name: string, make: () => ApiKeyTokens): void {
  describe(`ApiKeyTokens: ${name}`, () => {
    it('issues a token that names its key and ends in 32 random characters', () => {
      const tokens = make();
      const issued = Array.from({ length: 100 }, () => tokens.issue(KEY_ID));
      for (const token of issued)
        expect(token).toMatch(/^phk_01arz3ndektsv4rrffq69g5fav_[0-9a-hjkmnp-tv-z]{32}$/);
      expect(new Set(issued).size).toBe(100);
    });

    it('hashes with SHA-256, whatever the length', () => {
      const tokens = make();
      // FIPS 180-2, appendix B.1
      expect(Buffer.from(tokens.hash('abc')).toString('hex')).toBe(
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      );
      expect(tokens.hash('')).toHaveLength(32);
      expect(tokens.hash('x'.repeat(100_000))).toHaveLength(32);
    });

    it('tells equal hashes from different ones, and from ones of another length', () => {
      const tokens = make();
      expect(tokens.same(tokens.hash('a'), tokens.hash('a'))).toBe(true);
      expect(tokens.same(tokens.hash('a'), tokens.hash('b'))).toBe(false);
      expect(tokens.same(tokens.hash('a'), tokens.hash('a').subarray(0, 31))).toBe(false);
    });
  });
}
