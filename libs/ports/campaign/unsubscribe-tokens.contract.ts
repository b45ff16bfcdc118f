import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { UnsubscribeTokens } from './unsubscribe-tokens.js';

/** A ULID's first digit holds three bits only. */
const ulid = fc
  .tuple(
    fc.constantFrom(...'01234567'),
    fc.string({ unit: fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'), minLength: 25, maxLength: 25 }),
  )
  .map((parts) => parts.join(''));

export function describeUnsubscribeTokensContract(
  name: string,
  make: (secret: Uint8Array) => UnsubscribeTokens,
): void {
  describe(`UnsubscribeTokens (${name})`, () => {
    const tokens = make(new Uint8Array(32).fill(7));

    it('gives back the ids that were signed', () => {
      fc.assert(
        fc.property(ulid, ulid, (campaign, subscriber) => {
          const claim = { campaignId: `cmp_${campaign}`, subscriberId: `sub_${subscriber}` };
          const token = tokens.sign(claim.campaignId, claim.subscriberId);
          expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
          expect(tokens.verify(token)).toEqual(claim);
          expect(tokens.sign(claim.campaignId, claim.subscriberId)).toBe(token);
        }),
      );
    });

    it('knows no token in which any one bit is another', () => {
      const token = tokens.sign(`cmp_${'0'.repeat(26)}`, `sub_${'1'.repeat(26)}`);
      const bytes = Buffer.from(token, 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(tokens.verify(flipped.toString('base64url'))).toBeUndefined();
      }
    });

    it('knows no token of another secret, and no text that is none', () => {
      const other = make(new Uint8Array(32).fill(8)).sign(`cmp_${'0'.repeat(26)}`, `sub_${'0'.repeat(26)}`);
      for (const text of [
        other,
        '',
        'preview',
        'a'.repeat(64),
        'ä'.repeat(64),
        '../../etc/passwd',
        'a'.repeat(100_000),
      ]) {
        expect(tokens.verify(text)).toBeUndefined();
      }
    });
  });
}
