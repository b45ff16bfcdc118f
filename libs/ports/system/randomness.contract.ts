import { describe, expect, it } from '@jest/globals';
import type { Randomness } from './randomness.js';

export function describeRandomnessContract(name: string, make: () => Randomness): void {
  describe(`Randomness: ${name}`, () => {
    it('draws numbers from 0 up to but not including 1, spread over the whole range', () => {
      const randomness = make();
      const drawn = Array.from({ length: 5000 }, () => randomness.unit());
      expect(drawn.every((x) => x >= 0 && x < 1)).toBe(true);
      const tenths = new Set(drawn.map((x) => Math.floor(x * 10)));
      expect(tenths.size).toBe(10);
    });

    it('draws as many bytes as asked for, and other ones each time', () => {
      const randomness = make();
      expect(randomness.bytes(0)).toHaveLength(0);
      const drawn = Array.from({ length: 50 }, () => Buffer.from(randomness.bytes(16)).toString('hex'));
      expect(drawn.every((hex) => hex.length === 32)).toBe(true);
      expect(new Set(drawn).size).toBe(50);
    });
  });
}
