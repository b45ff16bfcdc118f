import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Delivery, DeliveryStatus } from '#domain/delivery/model/delivery.js';
import { deliveryOf, parseDeliveryId } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { key } from '../engine/keys.js';
import type { DispatchRecords } from './dispatch-records.js';
import { rowKey, type RowItem, STATUS_SHARDS, statusPartition } from './items.js';
import { cursorAt, partsOf } from './list-cursors.js';

/** Rows of a workspace are in the order of their dispatches' ids and their ordinals, whichever way they are found. */
export interface Place {
  readonly dispatchId: DispatchId;
  readonly ordinal: number;
}

/** Rows that follow one another, with the place up to which everything has been looked at. */
export interface Stretch {
  readonly rows: readonly RowItem[];
  readonly upTo: Place;
}

export interface ListTools {
  readonly table: DynamoTable;
  readonly records: DispatchRecords;
}

const LIST = 'dlv';
export const BEHIND_ALL = 32 ** 7;
/** Stretches of one page that may hold nothing that was asked for: then the page is short, and the next goes on from there. */
const MOST_STRETCHES = 100;

function placeFrom(after: string | undefined): Place | undefined {
  if (after === undefined) return undefined;
  const [dispatchId, ordinal] = partsOf(LIST, after, ['string', 'number']);
  return { dispatchId: dispatchId as DispatchId, ordinal: ordinal as number };
}

export function isBehind(row: Place, place: Place | undefined): boolean {
  if (!place) return true;
  if (row.dispatchId !== place.dispatchId) return row.dispatchId > place.dispatchId;
  return row.ordinal > place.ordinal;
}

/** As many deliveries as a page takes, out of stretches of rows. */
export async function pageOf(
  { records }: ListTools,
  { limit, after }: PageRequest,
  stretches: (from: Place | undefined) => AsyncIterable<Stretch>,
  takes: (row: RowItem, dispatch: Dispatch) => boolean,
): Promise<Page<Delivery>> {
  const from = placeFrom(after);
  const found: Delivery[] = [];
  let looked = 0;
  for await (const { rows, upTo } of stretches(from)) {
    for (const row of rows) {
      const known = isBehind(row, from) ? await records.known(row.dispatchId) : undefined;
      if (known && takes(row, known.dispatch)) found.push(deliveryOf(known.dispatch, row));
    }
    if (found.length > limit) break;
    looked += 1;
    if (looked >= MOST_STRETCHES) return { data: found, next: cursorOf(upTo) };
  }
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1) : undefined;
  return { data, next: last ? cursorOf(placeOf(last)) : null };
}

/** Rows in one of the states that an index has, in all dispatches or in one. It may be late. */
export async function* rowsInState(
  table: DynamoTable,
  workspaceId: WorkspaceId,
  status: DeliveryStatus,
  {
    dispatchId,
    from,
    atOnce,
  }: { dispatchId?: DispatchId | undefined; from?: Place | undefined; atOnce: number },
): AsyncGenerator<Stretch> {
  const shards = Array.from({ length: STATUS_SHARDS }, (_, shard) => shard);
  let start = from ? key(from.dispatchId, from.ordinal + 1) : undefined;
  if (dispatchId !== undefined && (start ?? '') < key(dispatchId, 0)) start = key(dispatchId, 0);
  for (;;) {
    const found = await Promise.all(
      shards.map((shard) =>
        table.list<RowItem>({
          index: 'gsi1',
          pk: statusPartition(workspaceId, status, shard),
          limit: atOnce,
          ...(start !== undefined && { from: start }),
          ...(dispatchId !== undefined && { to: key(dispatchId, BEHIND_ALL) }),
        }),
      ),
    );
    // Each partition gave its first ones, so the first of all are among them.
    const rows = found
      .flat()
      .sort((a, b) => (isBehind(a, b) ? 1 : -1))
      .slice(0, atOnce);
    const last = rows.at(-1);
    if (!last) return;
    yield { rows, upTo: last };
    if (rows.length < atOnce) return;
    start = key(last.dispatchId, last.ordinal + 1);
  }
}

export async function rowOf(table: DynamoTable, place: Place): Promise<RowItem | undefined> {
  return table.get<RowItem>(rowKey(place.dispatchId, place.ordinal));
}

function cursorOf({ dispatchId, ordinal }: Place): string {
  return cursorAt(LIST, dispatchId, ordinal);
}

function placeOf({ id, dispatchId }: Delivery): Place {
  return { dispatchId, ordinal: parseDeliveryId(id)?.ordinal ?? 0 };
}
