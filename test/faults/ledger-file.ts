import { DatabaseSync } from 'node:sqlite';
import type { JournalEntry } from '#test/fakes/kit/journal.js';

/*
 * The file that the product leaves, read by plain SQL: what stands here is told by the migrations, and read again, on
 * purpose, and not taken from the product.
 */

export interface Row {
  /** `dlv_…` */
  readonly id: string;
  readonly dispatchId: string;
  readonly address: string;
  readonly status: string;
  readonly attempts: number;
  readonly provider: string;
  /** A call of it is listed whose outcome nobody knew, or it is itself. */
  readonly doubtful: boolean;
}

export const STATUSES = [
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
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

export function openLedgerFile(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: 5000 });
}

/** The rows of one dispatch, or of all. */
export function rowsOf(db: DatabaseSync, dispatchId?: string): readonly Row[] {
  const found = db
    .prepare(
      `SELECT d.key, x.id AS dispatchId, d.address, d.status, d.attempts, trim(d.provider) AS provider, d.history
       FROM deliveries d JOIN dispatches x ON x.no = d.key >> 24 WHERE ?1 IS NULL OR x.id = ?1`,
    )
    .all(dispatchId ?? null) as unknown as (Omit<Row, 'id' | 'status' | 'doubtful'> & {
    key: number;
    status: number;
    history: string | null;
  })[];
  return found.map(({ key, status: number, history, ...row }) => {
    const status = STATUSES[number - 2] ?? `status ${number}`;
    const attempts = history === null ? [] : (JSON.parse(history) as { outcome: string }[]);
    const doubtful = status === 'unknown' || attempts.some(({ outcome }) => outcome === 'unknown');
    return { ...row, id: idOf(key, row.dispatchId), status, doubtful };
  });
}

/** dlv_<the dispatch's ULID><its kind><ordinal in base 32, seven digits> */
function idOf(key: number, dispatchId: string): string {
  let rest = key % 2 ** 24;
  let digits = '';
  for (let i = 0; i < 7; i++) {
    digits = DIGITS.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  return `dlv_${dispatchId.slice(4)}${dispatchId.slice(0, 3)}${digits}`;
}

export function isOfCampaign(deliveryId: string | undefined): boolean {
  return /cmp.{7}$/.test(deliveryId ?? '');
}

/** Acceptances by the delivery that they are of. */
export function acceptancesIn(journal: readonly JournalEntry[]): ReadonlyMap<string, JournalEntry[]> {
  const accepted = journal.filter(({ kind }) => kind === 'accepted');
  return Map.groupBy(accepted, ({ deliveryId }) => deliveryId ?? '');
}

/** What is still to be done, in words; undefined when everything has come to an end. */
const TO_BE_DONE: Readonly<Record<string, string>> = {
  'events to be told': 'SELECT count(*) AS n FROM outbox',
  'notifications under way': `SELECT count(*) AS n FROM notifications
     WHERE status IN ('accepted', 'sending') OR due_at IS NOT NULL`,
  'messages to be sent': 'SELECT count(*) AS n FROM dispatches WHERE pending + submitting > 0',
  'calls open': 'SELECT count(*) AS n FROM intents',
  'webhooks to be posted': 'SELECT count(*) AS n FROM webhook_deliveries WHERE status = 0',
};

export function unrest(file: string): string | undefined {
  const db = openLedgerFile(file);
  try {
    for (const [what, sql] of Object.entries(TO_BE_DONE)) {
      const { n } = db.prepare(sql).get() as { n: number };
      if (n > 0) return `${n} ${what}`;
    }
    return undefined;
  } finally {
    db.close();
  }
}
