import { Refusal } from '#domain/kernel/refusal.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { type Attempt, type Delivery, deliveryId } from '#domain/delivery/model/delivery.js';
import type { DispatchId, Lane } from '#domain/delivery/model/dispatch.js';
import type { DeliveryQuery } from '#ports/delivery/deliveries.js';
import type { FailedStats } from '#domain/delivery/model/failed-stats.js';
import type { FailedQuery } from '#ports/delivery/failed-messages.js';
import { type Db, sqliteStore } from '../engine/store.js';
import { failedFilter, keyInWorkspace } from './failed-messages-procedures.js';
import {
  dispatchNoOf,
  FIRST_EXCEPTIONAL,
  keyOf,
  ordinalOf,
  ORDINALS_PER_DISPATCH,
  statusNumber,
  statusOf,
} from './ledger-rows.js';

interface Row {
  readonly key: number;
  readonly status: number;
  readonly attempts: number;
  readonly address: string;
  readonly ref: string;
  readonly due_at: number | null;
  readonly updated_at: number;
  readonly provider: string;
  readonly provider_message_id: string;
  readonly reason: string | null;
  readonly history: string | null;
  /** Of one that has been told of since: its own time is that of the telling. */
  readonly accepted_at?: number | null;
}

interface DispatchRow {
  readonly no: number;
  readonly id: DispatchId;
  readonly lane: Lane;
  readonly channel: string;
}

export interface DeliveryPage {
  readonly data: Delivery[];
  readonly next: string | null;
}

function view(
  row: Row,
  workspaceId: WorkspaceId,
  dispatch: DispatchRow,
  submitting: ReadonlySet<number>,
): Delivery {
  const ordinal = ordinalOf(row.key);
  const stored = statusOf(row.status);
  return {
    id: deliveryId(dispatch.id, ordinal),
    workspaceId,
    dispatchId: dispatch.id,
    channel: dispatch.channel,
    lane: dispatch.lane,
    address: row.address,
    ref: row.ref,
    status: stored === 'pending' && submitting.has(ordinal) ? 'submitting' : stored,
    attempts: row.attempts,
    ...(isKnown(row.provider) && { provider: row.provider }),
    ...(isKnown(row.provider_message_id) && { providerMessageId: row.provider_message_id }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.due_at !== null && { dueAt: row.due_at }),
    updatedAt: row.updated_at,
    history: historyOf(row),
  };
}

/** Blanks only keep room. */
function isKnown(text: string): boolean {
  return text.trim() !== '';
}

function historyOf(row: Row): Attempt[] {
  const history = row.history === null ? [] : (JSON.parse(row.history) as Attempt[]);
  const taken = row.status >= statusNumber('accepted') && row.status <= statusNumber('complained');
  if (!taken) return history;
  return [...history, { at: row.accepted_at ?? row.updated_at, provider: row.provider, outcome: 'accepted' }];
}

function submittingOf(db: Db, no: number): Set<number> {
  return new Set(db.all<{ ordinal: number }>('submitting', { no }).map((row) => row.ordinal));
}

function find(db: Db, args: { workspace: WorkspaceId; id: string }): Delivery | undefined {
  const key = keyInWorkspace(db, args.workspace, args.id);
  const row = key === undefined ? undefined : db.get<Row>('find', { key });
  if (!row) return undefined;
  const no = dispatchNoOf(row.key);
  const dispatch = db.all<DispatchRow>('dispatchesFrom', { workspace: args.workspace, no }).at(0);
  return dispatch && view(row, args.workspace, dispatch, submittingOf(db, no));
}

/** A cursor is the key of the last row shown. */
function cursorOf(key: number): string {
  return `after:${key}`;
}

function keyOfCursor(after: string | undefined): number {
  if (after === undefined) return -1;
  const key = Number(/^after:(\d{1,16})$/.exec(after)?.[1] ?? NaN);
  if (!Number.isSafeInteger(key)) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return key;
}

interface PageArgs<Query> {
  readonly workspace: WorkspaceId;
  readonly query: Query;
  readonly after: string | undefined;
  readonly limit: number;
}

function page(db: Db, args: PageArgs<DeliveryQuery>): DeliveryPage {
  const { workspace, query, limit } = args;
  const after = keyOfCursor(args.after);
  const found: Delivery[] = [];
  const one = query.dispatchId && db.get<DispatchRow>('dispatch', { id: query.dispatchId, workspace });
  if (query.dispatchId !== undefined && !one) return { data: [], next: null };
  let dispatches = one
    ? [one]
    : db.all<DispatchRow>('dispatchesFrom', { workspace, no: dispatchNoOf(Math.max(0, after)) });
  while (dispatches.length > 0) {
    for (const dispatch of dispatches) {
      found.push(...rowsOf(db, workspace, dispatch, query, after, limit + 1 - found.length));
      if (found.length > limit) return cut(found, limit, dispatches, db, workspace);
    }
    const last = dispatches.at(-1);
    dispatches = one || !last ? [] : db.all<DispatchRow>('dispatchesFrom', { workspace, no: last.no + 1 });
  }
  return { data: found, next: null };
}

function cut(
  found: Delivery[],
  limit: number,
  dispatches: readonly DispatchRow[],
  db: Db,
  workspace: string,
): DeliveryPage {
  const data = found.slice(0, limit);
  const last = data.at(-1);
  const key = last && keyInWorkspace(db, workspace, last.id);
  if (key === undefined) throw new Error(`A page of ${dispatches.length} dispatches has no end`);
  return { data, next: cursorOf(key) };
}

function rowsOf(
  db: Db,
  workspace: WorkspaceId,
  dispatch: DispatchRow,
  query: DeliveryQuery,
  after: number,
  limit: number,
): Delivery[] {
  const submitting = submittingOf(db, dispatch.no);
  const to = keyOf(dispatch.no, ORDINALS_PER_DISPATCH - 1);
  const found: Delivery[] = [];
  let from = Math.max(after, keyOf(dispatch.no, 0) - 1);
  for (;;) {
    const rows = candidates(db, dispatch.no, query, { after: from, to, limit });
    const last = rows.at(-1);
    if (!last) return found;
    const views = rows.map((row) => view(row, workspace, dispatch, submitting));
    // Pending and submitting are told apart only here, so a page of rows may yield fewer than asked for.
    found.push(...views.filter((one) => query.status === undefined || one.status === query.status));
    if (found.length >= limit || rows.length < limit || query.address !== undefined)
      return found.slice(0, limit);
    from = last.key;
  }
}

function candidates(
  db: Db,
  no: number,
  query: DeliveryQuery,
  range: { after: number; to: number; limit: number },
): Row[] {
  if (query.address !== undefined)
    return db.all<Row>('rowOfAddress', { no, address: query.address, after: range.after });
  if (query.status === undefined) return db.all<Row>('rows', range);
  const status = query.status === 'submitting' ? statusNumber('pending') : statusNumber(query.status);
  return db.all<Row>(status >= FIRST_EXCEPTIONAL ? 'exceptionalRows' : 'rowsInStatus', { ...range, status });
}

function failedPage(db: Db, args: PageArgs<FailedQuery>): DeliveryPage {
  const filter = failedFilter(db, args.workspace, args.query);
  if (!filter) return { data: [], next: null };
  const after = keyOfCursor(args.after);
  const rows = db.all<Row & { dispatch_id: DispatchId; lane: Lane; channel: string }>('failed', {
    ...filter,
    after,
    limit: args.limit + 1,
  });
  const shown = rows.slice(0, args.limit);
  const data = shown.map((row) =>
    view(
      row,
      args.workspace,
      { no: dispatchNoOf(row.key), id: row.dispatch_id, lane: row.lane, channel: row.channel },
      new Set(),
    ),
  );
  const last = rows.length > args.limit ? shown.at(-1) : undefined;
  return { data, next: last ? cursorOf(last.key) : null };
}

interface StatsRow {
  readonly reason: string | null;
  readonly provider: string | null;
  readonly domain: string;
  readonly dispatchId: string;
  readonly hour: number;
  readonly count: number;
}

function failedStats(db: Db, args: { workspace: string }): FailedStats {
  const rows = db.all<StatsRow>('failedStats', args);
  const by = (keyOfRow: (row: StatsRow) => string): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const row of rows) sums[keyOfRow(row)] = (sums[keyOfRow(row)] ?? 0) + row.count;
    return sums;
  };
  return {
    total: rows.reduce((sum, row) => sum + row.count, 0),
    byReason: by((row) => row.reason ?? 'unknown'),
    byProvider: by((row) => row.provider ?? 'none'),
    byDomain: by((row) => row.domain),
    byDispatch: by((row) => row.dispatchId),
    byHour: by((row) => new Date(row.hour).toISOString()),
  };
}

export const deliveriesStore = sqliteStore({
  name: 'deliveries',
  sql: new URL('./deliveries.sql', import.meta.url),
  writes: {},
  reads: { find, page, failedPage, failedStats },
});
