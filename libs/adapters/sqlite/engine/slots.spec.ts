import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.js';

describe('things under numbers', () => {
  it('are there once, each under its own', () => {
    const slots = new Slots<string>();
    const [one, two] = [slots.put('one'), slots.put('two')];
    expect(one).not.toBe(two);
    expect(slots.size).toBe(2);
    expect([slots.take(one), slots.take(one), slots.take(two), slots.take(7)]).toEqual([
      'one',
      undefined,
      'two',
      undefined,
    ]);
    expect(slots.size).toBe(0);
  });

  it('have numbers that are used again, and no more of them than are needed at once', () => {
    const slots = new Slots<number>();
    const used = new Set<number>();
    for (let n = 0; n < 100; n++) {
      const held = [slots.put(n), slots.put(n + 1)];
      for (const at of held) used.add(at);
      expect(held.map((at) => slots.take(at))).toEqual([n, n + 1]);
    }
    expect(used.size).toBe(2);
  });

  it('can all be taken at once', () => {
    const slots = new Slots<string>();
    slots.take(slots.put('gone'));
    slots.put('one');
    slots.put('two');
    expect(slots.takeAll().sort()).toEqual(['one', 'two']);
    expect([slots.size, slots.takeAll(), slots.take(0)]).toEqual([0, [], undefined]);
    expect(slots.take(slots.put('again'))).toBe('again');
  });
});
