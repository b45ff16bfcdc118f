import { describe, expect, it } from '@jest/globals';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { everyPage } from './delivery-stores.js';

export interface ListUnderTest<T> {
  /** Rows in the list. */
  readonly count: number;
  read(page: PageRequest): Promise<Page<T>>;
  keyOf(row: T): string;
}

/** What every list promises: whole, without repetition, in the same order each time, and no foreign cursors. */
export function describePaging<T>(fill: () => Promise<ListUnderTest<T>>): void {
  describe('pages', () => {
    it.each([1, 2, 5, 22, 23, 24, 200])('of %d rows show every row once', async (limit) => {
      const { count, read, keyOf } = await fill();
      const sizes: number[] = [];
      const rows = await everyPage(async (after) => {
        const page = await read({ limit, after });
        sizes.push(page.data.length);
        return page;
      });
      const keys = rows.map(keyOf);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
      expect(sizes.slice(0, -1).every((size) => size === limit)).toBe(true);
      expect(keys).toHaveLength(count);
      expect(new Set(keys).size).toBe(count);
    });

    it('come in the same order however large they are', async () => {
      const { read, keyOf } = await fill();
      const [small, large] = await Promise.all(
        [3, 200].map((limit) => everyPage((after) => read({ limit, after }))),
      );
      expect(small?.map(keyOf)).toEqual(large?.map(keyOf));
    });

    it('can be read again with the same cursor', async () => {
      const { read } = await fill();
      const { next } = await read({ limit: 5 });
      expect(next).toEqual(expect.any(String));
      expect(await read({ limit: 5, after: next ?? '' })).toEqual(
        await read({ limit: 5, after: next ?? '' }),
      );
    });

    it('are refused for a cursor that none of them gave', async () => {
      const { read } = await fill();
      for (const after of ['nonsense', '%%%', 'null', '-1', '{}', 'é', "' OR 1=1 --", 'a'.repeat(500)]) {
        await expect(read({ limit: 5, after })).rejects.toMatchObject({
          name: 'Refusal',
          code: 'invalid_cursor',
        });
      }
    });
  });
}
