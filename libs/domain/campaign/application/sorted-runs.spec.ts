import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { SortedRuns } from './sorted-runs.js';

interface Item {
  readonly key: number;
  readonly order: number;
}

const byKey = (a: Item, b: Item): number => a.key - b.key;

describe('Sorted runs', () => {
  it('come as one sequence, what is equal in the order in which it was added, however it is taken', () => {
    const keys = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }), { maxLength: 12 });
    fc.assert(
      fc.property(
        keys,
        fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 5 }),
        (runs, takes) => {
          let order = 0;
          const items = runs.map((run) => run.map((key) => ({ key, order: order++ })));
          const sorted = new SortedRuns<Item>(byKey);
          for (const run of items) sorted.add([...run].sort(byKey));
          const taken: Item[] = [];
          for (let i = 0; sorted.size > 0; i++) {
            const size = sorted.size;
            const some = sorted.take(takes[i % takes.length]! + 1);
            expect(sorted.size).toBe(size - some.length);
            taken.push(...some);
          }
          expect(taken).toEqual(items.flat().sort(byKey));
        },
      ),
    );
  });

  it('give nothing when there is nothing', () => {
    const none = new SortedRuns<Item>(byKey);
    none.add([]);
    expect([none.size, none.take(5)]).toEqual([0, []]);
  });
});
