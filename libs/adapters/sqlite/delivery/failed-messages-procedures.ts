import { parseDeliveryId } from '#domain/delivery/model/delivery.js';
import type { DispatchControl } from '#domain/delivery/model/dispatch.js';
import { toRanges } from '#domain/delivery/model/ordinals.js';
import type { FailedQuery } from '#ports/delivery/failed-messages.js';
import type { Db, SqlParams } from '../engine/store.js';
import {
  addCounts,
  dispatchNoOf,
  keyOf,
  ordinalOf,
  ORDINALS_PER_DISPATCH,
  statusNumber,
} from './ledger-rows.js';

/** An operator's retry gives a message this much more time to find a provider. */
const RETRY_WINDOW_MS = 24 * 3_600_000;
const DEAD = statusNumber('dead');

interface RetriedDispatch {
  readonly no: number;
  readonly id: string;
  readonly workspaceId: string;
  readonly lane: string;
  readonly control: DispatchControl;
  readonly completed: number;
}

/** The key range and the conditions of a query; undefined if it names a dispatch the workspace does not have. */
export function failedFilter(
  db: Db,
  workspace: string,
  query: FailedQuery,
): Record<string, string | number | null> | undefined {
  const filter = {
    workspace,
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    reason: query.reason ?? null,
    provider: query.provider ?? null,
    lane: query.lane ?? null,
  };
  if (query.dispatchId === undefined) return filter;
  const dispatch = db.get<{ no: number }>('dispatchNo', { id: query.dispatchId, workspace });
  if (!dispatch) return undefined;
  return { ...filter, from: keyOf(dispatch.no, 0), to: keyOf(dispatch.no, ORDINALS_PER_DISPATCH - 1) };
}

/** The row's key, if the workspace has such a delivery. */
export function keyInWorkspace(db: Db, workspace: string, id: string): number | undefined {
  const parsed = parseDeliveryId(id);
  if (!parsed) return undefined;
  const dispatch = db.get<{ no: number }>('dispatchNo', { id: parsed.dispatchId, workspace });
  return dispatch && keyOf(dispatch.no, parsed.ordinal);
}

function revive(db: Db, keys: readonly number[], now: number): number {
  const byDispatch = Map.groupBy(keys, dispatchNoOf);
  let retried = 0;
  for (const [no, group] of byDispatch) {
    const moved = group.filter((key) => db.run('deadToPending', { key, now }) === 1);
    const dispatch = db.get<RetriedDispatch>('dispatchForRetry', { no });
    if (!dispatch || moved.length === 0) continue;
    retried += moved.length;
    addCounts(db, no, { dead: -moved.length, pending: moved.length });
    for (let at = 0; at < moved.length; at += 1000) {
      const members = moved.slice(at, at + 1000).map(ordinalOf);
      db.run('insertParcel', {
        lane: dispatch.lane,
        no,
        members: JSON.stringify(toRanges(members)),
        size: members.length,
        at: now,
        held: dispatch.control === 'halted' ? 1 : 0,
        receives: 0,
        giveUpAt: now + RETRY_WINDOW_MS,
      });
    }
    if (dispatch.completed === 1) {
      db.run('reopen', { no });
      db.emit({ type: 'dispatch.reopened', workspaceId: dispatch.workspaceId, dispatchId: dispatch.id }, now);
    }
    db.signal('work');
  }
  return retried;
}

export interface RetryMany {
  readonly workspace: string;
  readonly query: FailedQuery;
  readonly limit: number;
  readonly now: number;
}

function retryDead(db: Db, args: RetryMany): { retried: number } {
  const filter: SqlParams | undefined = failedFilter(db, args.workspace, args.query);
  if (!filter) return { retried: 0 };
  const keys = db.all<{ key: number }>('deadOf', { ...filter, limit: args.limit }).map((row) => row.key);
  return { retried: revive(db, keys, args.now) };
}

export interface One {
  readonly workspace: string;
  readonly id: string;
  readonly now: number;
}

function retryOneDead(db: Db, args: One): 'retried' | 'not_dead' | 'missing' {
  const key = keyInWorkspace(db, args.workspace, args.id);
  const row = key === undefined ? undefined : db.get<{ status: number }>('exists', { key });
  if (key === undefined || !row) return 'missing';
  const dispatch = db.get<RetriedDispatch>('dispatchForRetry', { no: dispatchNoOf(key) });
  if (row.status !== DEAD || dispatch?.control === 'cancelled') return 'not_dead';
  revive(db, [key], args.now);
  return 'retried';
}

function resolveDead(db: Db, args: One & { readonly reason: string }): 'resolved' | 'not_dead' | 'missing' {
  const key = keyInWorkspace(db, args.workspace, args.id);
  if (key === undefined || !db.get('exists', { key })) return 'missing';
  if (db.run('deadToFailed', { key, reason: args.reason, now: args.now }) === 0) return 'not_dead';
  addCounts(db, dispatchNoOf(key), { dead: -1, failed: 1 });
  return 'resolved';
}

export const failedMessageWrites = { retryDead, retryOneDead, resolveDead };
