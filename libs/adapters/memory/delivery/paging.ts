import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';

const MARK = 'after:';

/** One page of `rows`, in the order of their keys. The cursor is the last key shown, so it survives any change of the rows. */
export function pageOf<T>(rows: readonly T[], keyOf: (row: T) => string, request: PageRequest): Page<T> {
  const after = request.after === undefined ? '' : keyFrom(request.after);
  const keyed = rows.map((row) => ({ row, key: keyOf(row) })).filter(({ key }) => key > after);
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  const shown = keyed.slice(0, request.limit);
  const last = shown.at(-1);
  const next = last && keyed.length > shown.length ? cursorAt(last.key) : null;
  return { data: shown.map(({ row }) => row), next };
}

function cursorAt(key: string): string {
  return Buffer.from(MARK + key).toString('base64url');
}

function keyFrom(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith(MARK)) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return text.slice(MARK.length);
}
