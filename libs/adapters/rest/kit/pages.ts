import { Refusal } from '#domain/kernel/refusal.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { PageQuery } from './page.query.js';
import type { PageView } from './page.view.js';

/**
 * A cursor as it is handed out: the list it belongs to, and where that list goes on. It is not signed: it says no more
 * than an id does, and every query is bound to the caller's workspace anyway. It is opaque so that it may change.
 */
function encodeCursor(list: string, next: string): string {
  return Buffer.from(JSON.stringify([list, next])).toString('base64url');
}

function decodeCursor(list: string, cursor: string): string {
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(parts) && parts.length === 2 && parts[0] === list && typeof parts[1] === 'string')
      return parts[1];
  } catch {
    // Not one of ours: said below.
  }
  throw new Refusal('invalid_cursor', '`after` takes the `page.next` of the same list.');
}

/**
 * What to ask the store for. `list` names the query, so that a cursor of another one is refused.
 * @throws Refusal `invalid_cursor`
 */
export function pageRequest(query: PageQuery, list: string): PageRequest {
  const { limit, after } = query;
  return after === undefined ? { limit } : { limit, after: decodeCursor(list, after) };
}

/** A page as it is answered. */
export function pageView<Row, View>(
  page: Page<Row>,
  list: string,
  view: (row: Row) => View,
): { data: View[]; page: PageView } {
  return {
    data: page.data.map(view),
    page: { next: page.next === null ? null : encodeCursor(list, page.next) },
  };
}
