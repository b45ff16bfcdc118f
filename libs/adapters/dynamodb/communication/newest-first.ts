import type { Page } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { key } from '../engine/keys.js';

/** A row of a list: its place is the sort key of whichever partition it stands in. */
export interface Placed {
  readonly place: string;
  readonly id: string;
}

export function placeOf(no: number, id: string): string {
  return key(no, id);
}

/** The place a page begins below: the cursor names the last row shown. @throws Refusal `invalid_cursor` */
export function placeBefore(after: string | undefined): string | undefined {
  if (after === undefined) return undefined;
  const place = /^after:(\d{16}#.{1,900})$/s.exec(after)?.[1];
  if (place === undefined) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return place;
}

/** The newest of several lists, each of them at least two longer than the page if there are so many. */
export function newestOf<Row extends Placed>(
  lists: readonly (readonly Row[])[],
  before: string | undefined,
  limit: number,
): Page<Row> {
  const rows = new Map(lists.flat().map((row) => [row.id, row]));
  const sorted = [...rows.values()]
    .filter(({ place }) => before === undefined || place < before)
    .sort((a, b) => (a.place < b.place ? 1 : -1));
  const data = sorted.slice(0, limit);
  const last = data.at(-1);
  return { data, next: sorted.length > limit && last ? `after:${last.place}` : null };
}
