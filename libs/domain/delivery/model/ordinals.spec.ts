import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { type Ordinals, sizeOf, toRanges } from './ordinals.js';

const membersOf = (ranges: Ordinals): number[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));

describe('Ordinals as ranges', () => {
  it.each([
    [[], []],
    [[7], [[7, 7]]],
    [
      [3, 4, 5, 9],
      [
        [3, 5],
        [9, 9],
      ],
    ],
    [
      [9, 3, 5, 4],
      [
        [3, 5],
        [9, 9],
      ],
    ],
    [
      [10, 9, 100, 11],
      [
        [9, 11],
        [100, 100],
      ],
    ],
  ])('%j is %j', (ordinals, ranges) => {
    expect(toRanges(ordinals)).toEqual(ranges);
  });

  it('hold the same members, in as few ascending ranges as can be', () => {
    const property = fc.property(fc.uniqueArray(fc.nat(300), { maxLength: 200 }), (ordinals) => {
      const before = [...ordinals];
      const ranges = toRanges(ordinals);
      expect(membersOf(ranges)).toEqual([...ordinals].sort((a, b) => a - b));
      expect(sizeOf(ranges)).toBe(ordinals.length);
      for (const [index, [from]] of ranges.entries())
        expect(from).toBeGreaterThan((ranges[index - 1]?.[1] ?? -2) + 1);
      expect(ordinals).toEqual(before);
    });
    fc.assert(property);
  });
});
