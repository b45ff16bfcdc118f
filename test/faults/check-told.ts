import type { DatabaseSync } from 'node:sqlite';
import { type Row, rowsOf, STATUSES } from './ledger-file.js';
import type { Told, ToldKind } from './vendor-calls.js';

export interface ToldEvidence {
  readonly told: readonly Told[];
  /** Of the play that has a campaign, with its account as the API gave it when all was told. */
  readonly campaign: string | undefined;
  readonly stats: Readonly<Record<string, unknown>> | undefined;
}

/** What each kind says, the strongest last, whatever the order in which they are told. */
const STRENGTH: readonly ToldKind[] = ['sent', 'soft bounce', 'delivered', 'hard bounce', 'complained'];
const COMES_TO: Readonly<Record<ToldKind, string>> = {
  sent: 'accepted',
  'soft bounce': 'bounced',
  delivered: 'delivered',
  'hard bounce': 'bounced',
  complained: 'complained',
};
const WITH_A_VENDOR = ['accepted', 'delivered', 'bounced', 'complained', 'unknown'];

/** Promise 12: a message stands where the strongest of all that was told of it says; and the counters count just that. */
export function checkTold(db: DatabaseSync, { told, campaign, stats }: ToldEvidence): string[] {
  const byDelivery = Map.groupBy(told, ({ deliveryId }) => deliveryId);
  const rows = rowsOf(db);
  const wrong = rows.flatMap((row) => {
    const expected = expectedOf(row, byDelivery.get(row.id) ?? []);
    return expected === row.status ? [] : [`12: ${row.id} is ${row.status}, and was told to be ${expected}`];
  });
  return [...wrong, ...checkCounters(db, rows), ...checkAccount(rows, byDelivery, campaign, stats)];
}

function expectedOf({ status }: Row, told: readonly Told[]): string {
  if (!WITH_A_VENDOR.includes(status)) return status;
  const strongest = STRENGTH.findLast((kind) => told.some((one) => one.kind === kind));
  if (strongest !== undefined) return COMES_TO[strongest];
  return status === 'unknown' ? 'unknown' : 'accepted';
}

/** The equation, for every dispatch there is. */
function checkCounters(db: DatabaseSync, rows: readonly Row[]): string[] {
  const byDispatch = Map.groupBy(rows, ({ dispatchId }) => dispatchId);
  const dispatches = db.prepare('SELECT * FROM dispatches').all() as Record<string, unknown>[];
  return dispatches.flatMap((dispatch) => {
    const own = byDispatch.get(String(dispatch['id'])) ?? [];
    return STATUSES.filter(
      (status) => dispatch[status] !== own.filter((row) => row.status === status).length,
    ).map((status) => `equation: ${String(dispatch['id'])} counts ${String(dispatch[status])} ${status}`);
  });
}

/** The campaign's account adds up with what was told of its messages. */
function checkAccount(
  rows: readonly Row[],
  told: ReadonlyMap<string, readonly Told[]>,
  campaign: string | undefined,
  stats: ToldEvidence['stats'],
): string[] {
  if (!stats) return [];
  const own = rows.filter(({ dispatchId }) => dispatchId === campaign);
  return ['delivered', 'bounced', 'complained'].flatMap((status) => {
    const expected = own.filter((row) => expectedOf(row, told.get(row.id) ?? []) === status).length;
    return stats[status] === expected
      ? []
      : [`12: the campaign counts ${String(stats[status])} ${status}, ${expected} were told`];
  });
}
