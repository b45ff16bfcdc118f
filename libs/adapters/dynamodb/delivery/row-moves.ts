import type { DeliveryStatus } from '#domain/delivery/model/delivery.js';
import { type DynamoTable, MOST_IN_TRANSACTION, type Write } from '../engine/dynamo-table.js';
import { type Expression, fields, when } from '../engine/expressions.js';
import type { Key } from '../engine/keys.js';
import type { KnownDispatch } from './dispatch-records.js';
import { parcelKey, type RowItem, rowKey, statusIndex } from './items.js';
import { Tally } from './tally.js';

/** What is to become of one row, and what belongs into the same transaction. */
export interface RowMove {
  readonly row: RowItem;
  readonly to: DeliveryStatus;
  /** Attributes to set; `undefined` ones are removed. */
  readonly change: Readonly<Partial<Record<keyof RowItem, unknown>>>;
  readonly beside: readonly Write[];
  /** The provider that is counted to have accepted it. */
  readonly acceptedBy?: string;
}

/** As many moves as one transaction takes. */
export interface Step {
  readonly moves: readonly RowMove[];
  readonly writes: readonly Write[];
  readonly tally: Tally;
}

/** Writes that a step leaves room for: the parcel and the intent. */
const ROOM_FOR_OTHERS = 2;
/** Of the rows' data, in one transaction: DynamoDB takes 4 MB of items. */
const MOST_BYTES = 3_000_000;

export async function readRows(
  table: DynamoTable,
  dispatchId: string,
  ordinals: Iterable<number>,
): Promise<Map<number, RowItem>> {
  const keys = [...new Set(ordinals)].map((ordinal) => rowKey(dispatchId, ordinal));
  const rows = await table.getAll<RowItem>(keys);
  return new Map(rows.map((row) => [row.ordinal, row]));
}

/** The first of the moves, as many as fit, in their order. At least one. */
export function firstStep({ dispatch, shards }: KnownDispatch, moves: readonly RowMove[]): Step {
  const tally = new Tally(dispatch.id, shards);
  const taken: RowMove[] = [];
  const writes = new Map<string, Write>();
  let bytes = 0;
  for (const move of moves) {
    bytes += Buffer.byteLength(move.row.data);
    if (bytes > MOST_BYTES && taken.length > 0) break;
    const its = [rowWrite(move), ...move.beside];
    const fresh = its.filter((write) => !writes.has(placeOf(write)));
    const counters = tally.size + (tally.has(move.row.ordinal) ? 0 : 1);
    if (writes.size + fresh.length + counters + ROOM_FOR_OTHERS > MOST_IN_TRANSACTION) break;
    for (const write of fresh) writes.set(placeOf(write), write);
    tally.move(move.row.ordinal, move.row.status, move.to);
    if (move.acceptedBy !== undefined) tally.acceptedBy(move.row.ordinal, move.acceptedBy);
    taken.push(move);
  }
  return { moves: taken, writes: [...writes.values()], tally };
}

/**
 * Of a refused transaction: the moves by whose side something stood in the way. A row that has changed is read again anyway, and an
 * event whose number was taken gets another.
 */
export function hindered({ moves, writes }: Step, by: ReadonlyMap<number, unknown>): RowMove[] {
  const refused = new Set(writes.filter((write, at) => write.kind !== 'put' && by.has(at)).map(placeOf));
  return moves.filter(({ beside }) => beside.some((write) => refused.has(placeOf(write))));
}

export function fenceIs(fence: number): Expression {
  return when`#fence = ${fence}`;
}

/** That the claim is still good. */
export function heldCheck({ parcel, fence }: { readonly parcel: string; readonly fence: number }): Write {
  return { kind: 'check', key: parcelKey(parcel), if: fenceIs(fence) };
}

function rowWrite({ row, to, change }: RowMove): Write {
  return {
    kind: 'update',
    key: rowKey(row.dispatchId, row.ordinal),
    change: fields({ status: to, ...statusIndex(row, to), ...change }),
    if: asRead(row),
  };
}

/** Nobody has moved the row, nor been told anything of it, since it was read. */
function asRead({ status, call, told }: RowItem): Expression {
  const inCall =
    call === undefined ? when`#status = ${status}` : when`#status = ${status} AND #call = ${call}`;
  return told
    ? when`${inCall} AND #told.#rank = ${told.rank}`
    : when`${inCall} AND attribute_not_exists(#told)`;
}

function placeOf(write: Write): string {
  return placeOfKey(write.kind === 'put' ? write.item : write.key);
}

function placeOfKey({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}
