import type { Page } from '#domain/kernel/page.js';

/** A page of `limit`, of rows that are one more where the list goes on. */
export function cut<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
