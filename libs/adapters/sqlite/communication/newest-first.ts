import type { Page } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';

/** A row whose number says when it came. */
export interface Numbered {
  readonly no: number;
}

/** The numbers of the newest of several lists, the newest first. */
export function newestOf(lists: readonly (readonly Numbered[])[], limit: number): number[] {
  const numbers = lists.flatMap((list) => list.map(({ no }) => no));
  return numbers.sort((a, b) => b - a).slice(0, limit);
}

/** The number below which a page begins. A cursor is the number of the last row shown. @throws Refusal `invalid_cursor` */
export function numberBefore(after: string | undefined): number {
  if (after === undefined) return Number.MAX_SAFE_INTEGER;
  const no = Number(/^after:(\d{1,16})$/.exec(after)?.[1] ?? NaN);
  if (!Number.isSafeInteger(no)) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return no;
}

/** @param rows one more than asked for, if there is one more */
export function pageOfRows<Row extends Numbered, T>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { data: shown.map(view), next: last ? `after:${last.no}` : null };
}
