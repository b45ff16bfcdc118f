import type { DispatchControl } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { Db } from '../engine/store.js';
import { addCounts, completeIfDone, type CountDeltas, keyOf, statusNumber } from './ledger-rows.js';

/** The steps that the ledger's procedures have in common. */

export interface ParcelDispatch {
  readonly no: number;
  readonly workspaceId: string;
  readonly purpose: string;
  readonly control: DispatchControl;
  readonly expiresAt: number | null;
  readonly fence: number;
  readonly giveUpAt: number;
}

/** The parcel's dispatch if the claim is still good. */
export function heldBy(db: Db, claim: Claim): ParcelDispatch | undefined {
  const row = db.get<ParcelDispatch>('dispatchOfParcel', { parcel: Number(claim.parcel) });
  return row && row.fence === claim.fence ? row : undefined;
}

/** Asks that one look at their parcel answers. */
export function byClaim<Ask extends { readonly claim: Claim }>(asks: readonly Ask[]): Map<string, Ask[]> {
  return Map.groupBy(asks, ({ claim: { parcel, fence } }) => `${parcel} ${fence}`);
}

/** Which of these are in an open intent, of whatever parcel: pending in their row, but not free. */
export function underWay(db: Db, no: number, ordinals: readonly number[]): Set<number> {
  if (ordinals.length === 0) return new Set();
  let [first, last] = [Infinity, -Infinity];
  for (const ordinal of ordinals) {
    first = Math.min(first, ordinal);
    last = Math.max(last, ordinal);
  }
  const rows = db.all<{ ordinal: number }>('underWayBetween', { no, first, last });
  return new Set(rows.map((row) => row.ordinal));
}

export interface End {
  readonly to: 'failed' | 'suppressed' | 'cancelled' | 'expired' | 'dead';
  readonly reason: string;
  readonly now: number;
}

/** The end of a pending message that is in no call. Answers 0 if it was not pending any more. */
export function endOne(db: Db, no: number, ordinal: number, { to, reason, now }: End): number {
  const row = { spent: 0, provider: null, dueAt: null, attempt: null };
  return db.run('settleOne', { ...row, key: keyOf(no, ordinal), status: statusNumber(to), reason, now });
}

export function endUnsent(db: Db, no: number, ordinals: readonly number[], end: End): void {
  const deltas: CountDeltas = {};
  for (const ordinal of ordinals) count(deltas, end.to, endOne(db, no, ordinal, end));
  addCounts(db, no, deltas);
  completeIfDone(db, no, end.now);
}

/** Moves `n` out of pending into a status. */
export function count(deltas: CountDeltas, to: keyof CountDeltas, n: number): void {
  deltas.pending = (deltas.pending ?? 0) - n;
  deltas[to] = (deltas[to] ?? 0) + n;
}
