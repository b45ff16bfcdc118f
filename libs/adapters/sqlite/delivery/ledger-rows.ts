import type { Attempt, DeliveryCounts, DeliveryStatus, Member } from '#domain/delivery/model/delivery.js';
import { deliveryStatuses } from '#domain/delivery/model/delivery.js';
import type { Db } from '../engine/store.js';

/** Ordinals within a dispatch take 24 bits of a row's key, so one dispatch holds 16,777,216 messages at most. */
export const ORDINALS_PER_DISPATCH = 2 ** 24;

/**
 * The place of a status in this list, plus two, is its number in the table: 0 and 1 would be stored without a byte, and
 * the row would grow when it is settled. Never reorder: append.
 */
const STORED: readonly DeliveryStatus[] = [
  'pending',
  'submitting',
  'accepted',
  'delivered',
  'bounced',
  'complained',
  'failed',
  'dead',
  'suppressed',
  'cancelled',
  'expired',
  'unknown',
];

/** Statuses with a lower number than this are not in the index of exceptional ones. */
export const FIRST_EXCEPTIONAL = 6;

export function statusNumber(status: DeliveryStatus): number {
  return STORED.indexOf(status) + 2;
}

export function statusOf(number: number): DeliveryStatus {
  const status = STORED[number - 2];
  if (!status) throw new Error(`A row has the unknown status ${number}`);
  return status;
}

export function keyOf(dispatchNo: number, ordinal: number): number {
  return dispatchNo * ORDINALS_PER_DISPATCH + ordinal;
}

export function ordinalOf(key: number): number {
  return key % ORDINALS_PER_DISPATCH;
}

export function dispatchNoOf(key: number): number {
  return Math.floor(key / ORDINALS_PER_DISPATCH);
}

export type CountDeltas = Partial<Record<DeliveryStatus, number>>;

export function addCounts(db: Db, dispatchNo: number, deltas: CountDeltas): void {
  const all = Object.fromEntries(deliveryStatuses.map((status) => [status, deltas[status] ?? 0]));
  db.addAtCommit('addCounts', { no: dispatchNo }, all);
}

export function countsOf(row: DeliveryCounts): DeliveryCounts {
  return Object.fromEntries(deliveryStatuses.map((status) => [status, row[status]])) as DeliveryCounts;
}

/** Says once that a sealed dispatch has nothing left to do. By the counts as they are committed. */
export function completeIfDone(db: Db, dispatchNo: number, now: number): void {
  db.atCommit(`complete ${dispatchNo}`, () => {
    const done = db.get<{ id: string; workspace_id: string }>('complete', { no: dispatchNo });
    if (done)
      db.emit({ type: 'dispatch.completed', workspaceId: done.workspace_id, dispatchId: done.id }, now);
  });
}

export interface MemberRow {
  readonly key: number;
  readonly address: string;
  readonly ref: string;
  readonly data: string;
  readonly attempts: number;
}

export function memberOf(row: MemberRow): Member {
  const { address, ref, data, attempts } = row;
  return { ordinal: ordinalOf(row.key), address, ref, data, attempts };
}

export function attemptText(attempt: Attempt): string {
  return JSON.stringify(attempt);
}
