import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { partOf, type Share, wholeShare } from './rate-share.js';

const rate = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0.05, max: 5000, noNaN: true }));
const burst = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.double({ min: 1, max: 5000, noNaN: true }));

describe('A share of a rate', () => {
  it('is all of it for who is alone', () => {
    expect(partOf({ rate: 14, burst: 20 }, wholeShare)).toEqual({ rate: 14, burst: 20 });
  });

  it('is the same for everyone as long as each can hold a token', () => {
    const parts = [0, 1, 2, 3].map((rank) => partOf({ rate: 14, burst: 10 }, { rank, of: 4 }));
    expect(parts).toEqual(Array.from({ length: 4 }, () => ({ rate: 3.5, burst: 2.5 })));
  });

  it('goes to the first in order when there are more workers than tokens', () => {
    const parts = [0, 1, 2].map((rank) => partOf({ rate: 2.5, burst: 2.5 }, { rank, of: 3 }));
    expect(parts).toEqual([
      { rate: 1.25, burst: 1.25 },
      { rate: 1.25, burst: 1.25 },
      { rate: 0, burst: 0 },
    ]);
  });

  it('is nothing for who has no place yet', () => {
    expect(partOf({ rate: 14, burst: 20 }, undefined)).toEqual({ rate: 0, burst: 0 });
  });

  it('is no matter where nothing limits', () => {
    expect(partOf({ rate: Infinity, burst: Infinity }, undefined).rate).toBe(Infinity);
    expect(partOf({ rate: Infinity, burst: Infinity }, { rank: 2, of: 3 }).rate).toBe(Infinity);
  });

  it('adds up to no more than the whole, also while some see workers that are gone', () => {
    const views = fc.array(fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), {
      minLength: 1,
      maxLength: 6,
    });
    const property = fc.property(rate, burst, views, (perSecond, most, ghosts) => {
      // Of twelve names in order the even ones act, as many as there are views; each sees them all, and ghosts of its own.
      const acting = ghosts.map((_, i) => 2 * i);
      const parts = acting.map((name, i) => {
        const seen = ghosts[i]!.flatMap((ghost, other) => (ghost || acting.includes(other) ? [other] : []));
        const share: Share = { rank: seen.indexOf(name), of: seen.length };
        return partOf({ rate: perSecond, burst: most }, share);
      });
      const sum = (of: (part: { rate: number; burst: number }) => number) =>
        parts.reduce((total, part) => total + of(part), 0);
      expect(sum((part) => part.rate)).toBeLessThanOrEqual(perSecond * (1 + 1e-9));
      expect(sum((part) => part.burst)).toBeLessThanOrEqual(most * (1 + 1e-9));
      for (const part of parts) expect(part.burst === 0 || part.burst >= 1).toBe(true);
    });
    fc.assert(property, { numRuns: 500 });
  });
});
