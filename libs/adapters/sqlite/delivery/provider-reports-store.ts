import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import { isEarly, reportedOf } from '#domain/delivery/model/provider-report.js';
import type { SuppressionReason, SuppressionScope } from '#domain/delivery/model/suppression.js';
import type { DeliveryEvent, Reported } from '#ports/delivery/provider-reports.js';
import { type Db, sqliteStore } from '../engine/store.js';
import { keyInWorkspace } from './failed-messages-procedures.js';
import { ordinalOf, statusOf } from './ledger-rows.js';
import { comeTo, type ReportedRow } from './reported-rows.js';

/** Somebody wishes to be written to no more, or again. */
export interface Wish {
  readonly scope: SuppressionScope;
  /** Whom it is for, unless it came with a delivery; with an id for the suppression of each. */
  readonly workspaces: readonly { readonly id: string; readonly suppressionId: string }[];
}

/** An event with what the domain's rules say of it: they run where the event is read, not in the storage thread. */
export interface PackedReport {
  readonly event: ProviderEvent;
  readonly rank: number;
  /** The delivery that it names. */
  readonly place: { readonly dispatch: string; readonly ordinal: number } | undefined;
  /** It may be found by the provider's own id. */
  readonly byMessage: boolean;
  readonly suppression: SuppressionReason | undefined;
  readonly suppressionId: string | undefined;
  readonly wish: Wish | undefined;
}

interface Row extends ReportedRow {
  readonly address: string;
  readonly dispatchId: string;
  readonly workspaceId: string;
}

function apply(db: Db, args: { reports: readonly PackedReport[]; now: number }): Reported {
  const tally = { applied: 0, repeated: 0, unmatched: 0 };
  for (const report of args.reports) tally[applyOne(db, report, args.now)] += 1;
  return tally;
}

function applyOne(db: Db, report: PackedReport, now: number): keyof Reported {
  const { event, wish } = report;
  const row = find(db, report);
  const wishers = !row && event.address !== undefined ? (wish?.workspaces ?? []) : [];
  if (!row && wishers.length === 0) return 'unmatched';
  if (!keep(db, report, row, now)) return 'repeated';
  if (row) tell(db, row, report, now);
  for (const { id, suppressionId } of wishers) {
    if (event.address !== undefined) take(db, report, id, event.address, suppressionId, now);
  }
  return 'applied';
}

function find(db: Db, { event, place, byMessage }: PackedReport): Row | undefined {
  const named = place && db.get<Row>('byId', { dispatch: place.dispatch, ordinal: place.ordinal });
  if (named || !byMessage || event.providerMessageId === undefined) return named;
  return db.get<Row>('byMessage', { provider: event.provider, message: event.providerMessageId });
}

/** False if it was there. */
function keep(db: Db, { event, rank }: PackedReport, row: Row | undefined, now: number): boolean {
  const { provider, key: eventKey, kind, at, reason = null } = event;
  const early = row && rank > 0 && isEarly(statusOf(row.status)) ? 1 : 0;
  const about = { key: row?.key ?? null, early };
  return db.run('keep', { provider, eventKey, kind, rank, at, reason, now, ...about }) > 0;
}

function tell(db: Db, row: Row, report: PackedReport, now: number): void {
  const { event, suppression, suppressionId, wish } = report;
  const { key, address, workspaceId: workspace, dispatchId } = row;
  const rank = db.get<{ rank: number }>('highest', { key })?.rank ?? 0;
  const status = comeTo(db, row, { rank, provider: event.provider, reason: event.reason ?? null, now });
  if (statusOf(row.status) === 'unknown' && event.providerMessageId !== undefined)
    db.run('noteMessageId', { key, message: event.providerMessageId });
  if (suppression !== undefined && suppressionId !== undefined)
    db.run('suppress', { workspace, address, scope: 'all', id: suppressionId, reason: suppression, now });
  if (wish && suppressionId !== undefined) take(db, report, workspace, address, suppressionId, now);
  const about = { workspaceId: workspace, dispatchId, ordinal: ordinalOf(key), address, status };
  db.emit(reportedOf(event, about), now);
}

function take(
  db: Db,
  { event, wish }: PackedReport,
  workspace: string,
  address: string,
  suppressionId: string,
  now: number,
): void {
  if (!wish) return;
  const whose = { workspace, address, scope: wish.scope };
  const optedOut = event.kind === 'opted_out' ? 1 : 0;
  const isLast = db.run('wish', { ...whose, at: event.at, optedOut }) > 0;
  if (isLast && optedOut === 1) db.run('suppress', { ...whose, id: suppressionId, reason: 'opt_out', now });
  else if (isLast) db.run('lift', whose);
}

function workspaces(db: Db): string[] {
  return db.all<{ id: string }>('workspaces').map(({ id }) => id);
}

function eventsOf(db: Db, args: { workspace: string; id: string; limit: number }): DeliveryEvent[] {
  const key = keyInWorkspace(db, args.workspace, args.id);
  if (key === undefined) return [];
  const rows = db.all<Omit<DeliveryEvent, 'reason'> & { reason: string | null }>('eventsOf', {
    key,
    limit: args.limit,
  });
  return rows.map(({ reason, ...event }) => ({ ...event, ...(reason !== null && { reason }) }));
}

export const providerReportsStore = sqliteStore({
  name: 'providerReports',
  sql: new URL('./provider-reports.sql', import.meta.url),
  writes: { apply },
  reads: { workspaces, eventsOf },
});
