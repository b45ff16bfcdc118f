import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { DynamoTable } from './dynamo-table.js';
import { key } from './keys.js';

/** Of a sort key. */
const LONGEST_KEY = 1024;

export interface KeyPages<T extends object> {
  readonly table: DynamoTable;
  readonly pk: string;
  readonly descending: boolean;
  /** The text the sort key of a row is made of, which its cursor is as well. */
  nameOf(row: T): string;
}

/**
 * One page of the rows of a partition, in the order of their sort keys. The cursor is the name of the last row shown: it stays
 * good whatever becomes of that row.
 */
export async function pageByKey<T extends object>(
  { table, pk, descending, nameOf }: KeyPages<T>,
  { limit, after }: PageRequest,
): Promise<Page<T>> {
  const from = after ? { after: { pk, sk: sortKey(after) } } : {};
  const rows = await table.list<T>({ pk, descending, limit: limit + 1, ...from });
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last ? nameOf(last) : null };
}

function sortKey(name: string): string {
  const sk = key(name);
  if (Buffer.byteLength(sk) > LONGEST_KEY)
    throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return sk;
}
