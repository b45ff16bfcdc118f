import type { Attempt, DeliveryCounts, DeliveryStatus, Member } from '#domain/delivery/model/delivery.js';
import { deliveryStatuses } from '#domain/delivery/model/delivery.js';
import type { Ordinals } from '#ports/delivery/lanes.js';
import type { Db } from '../engine/store.js';

/** Ordinals within a dispatch take 24 bits of a row's key, so one dispatch holds 16,777,216 messages at most. */
export const ORDINALS_PER_DISPATCH = 2 ** 24;

/** The place of a status in this list is its number in the table. Never reorder: append. */
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
export const FIRST_EXCEPTIONAL = 4;

export function statusNumber(status: DeliveryStatus): number {
  return STORED.indexOf(status);
}

export function statusOf(number: number): DeliveryStatus {
  const status = STORED[number];
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
  const params: Record<string, number> = { no: dispatchNo };
  for (const status of deliveryStatuses) params[status] = deltas[status] ?? 0;
  db.run('addCounts', params);
}

export function countsOf(row: DeliveryCounts): DeliveryCounts {
  return Object.fromEntries(deliveryStatuses.map((status) => [status, row[status]])) as DeliveryCounts;
}

/** Says once that a sealed dispatch has nothing left to do. */
export function completeIfDone(db: Db, dispatchNo: number, now: number): void {
  const done = db.get<{ id: string; workspace_id: string }>('complete', { no: dispatchNo });
  if (done) db.emit({ type: 'dispatch.completed', workspaceId: done.workspace_id, dispatchId: done.id }, now);
}

/** `[3, 4, 5, 9]` -> `[[3, 5], [9, 9]]` */
export function toRanges(ordinals: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const ordinal of [...ordinals].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && ordinal === last[1] + 1) last[1] = ordinal;
    else ranges.push([ordinal, ordinal]);
  }
  return ranges;
}

export function sizeOf(members: Ordinals): number {
  return members.reduce((size, [from, to]) => size + to - from + 1, 0);
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
