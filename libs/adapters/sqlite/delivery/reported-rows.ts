import type { DeliveryStatus } from '#domain/delivery/model/delivery.js';
import { statusAfter } from '#domain/delivery/model/provider-report.js';
import type { Db } from '../engine/store.js';
import { addCounts, dispatchNoOf, statusNumber, statusOf } from './ledger-rows.js';

/** A row as far as what is told of it can change it. */
export interface ReportedRow {
  readonly key: number;
  readonly status: number;
  /** Empty if none is known. */
  readonly provider: string;
  readonly updatedAt: number;
}

export interface Told {
  /** The highest of all that was told of the row. */
  readonly rank: number;
  readonly provider: string;
  readonly reason: string | null;
  readonly now: number;
}

/**
 * Brings the row, and the counters with it, to where what was told leads, and answers where that is. Of the stores that name
 * the statements.
 */
export function comeTo(db: Db, row: ReportedRow, told: Told): DeliveryStatus {
  const { key } = row;
  const from = statusOf(row.status);
  const to = statusAfter(from, told.rank);
  if (to === from) return to;
  const reason = to === 'bounced' || to === 'complained' ? told.reason : null;
  db.run('comeTo', { key, status: statusNumber(to), reason, now: told.now });
  if (from === 'accepted') db.run('noteAcceptedAt', { key, acceptedAt: row.updatedAt });
  const no = dispatchNoOf(key);
  addCounts(db, no, { [from]: -1, [to]: 1 });
  // It was not known to have it, and is now.
  const provider = row.provider === '' ? told.provider : row.provider;
  if (from === 'unknown') db.addAtCommit('addAccepted', { no, provider }, { count: 1 });
  return to;
}

/** After a call is settled: what was told of its messages before that counts now. */
export function comeToWhatWasToldEarly(db: Db, firstKey: number, lastKey: number, now: number): void {
  const rows = db.all<ReportedRow & { rank: number; teller: string; reason: string | null }>('toldEarly', {
    from: firstKey,
    to: lastKey,
  });
  for (const row of rows) {
    comeTo(db, row, { rank: row.rank, provider: row.teller, reason: row.reason, now });
    db.run('notEarly', { key: row.key });
  }
}
