import type { DispatchStats } from '#domain/delivery/model/dispatch-stats.js';
import type { DeliveryCounts } from '#domain/delivery/model/delivery.js';
import { deliveryStatuses } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchControl } from '#domain/delivery/model/dispatch.js';
import type { OpenDispatch } from '#ports/delivery/dispatches.js';
import { type Db, sqliteStore } from '../engine/store.js';
import { completeIfDone, countsOf } from './ledger-rows.js';

interface DispatchRow extends DeliveryCounts {
  readonly no: number;
  readonly spec: string;
  readonly control: DispatchControl;
  readonly sealed: number;
}

function open(db: Db, dispatch: Dispatch): null {
  db.run('insert', {
    id: dispatch.id,
    workspace: dispatch.workspaceId,
    lane: dispatch.lane,
    purpose: dispatch.purpose,
    expiresAt: dispatch.expiresAt ?? null,
    giveUpAt: dispatch.giveUpAt,
    spec: JSON.stringify(dispatch),
  });
  return null;
}

function seal(db: Db, args: { id: string; now: number }): null {
  const row = db.get<{ no: number }>('seal', { id: args.id });
  if (row) completeIfDone(db, row.no, args.now);
  return null;
}

function control(
  db: Db,
  args: { id: string; control: DispatchControl; revision: number; now: number },
): null {
  const { id, revision, now } = args;
  const haltedAt = db.get<{ haltedAt: number | null }>('haltedAt', { id })?.haltedAt ?? now;
  // Standing still does not count against the time that messages have to find a provider.
  const paused = args.control === 'open' ? Math.max(0, now - haltedAt) : 0;
  const row = db.get<{ no: number }>('control', { id, control: args.control, revision, now, paused });
  if (!row) {
    if (args.control === 'cancelled') db.run('cancelUnopened', { id, revision });
    return null;
  }
  if (args.control === 'halted') db.run('hold', { no: row.no });
  if (args.control === 'open') db.run('release', { no: row.no, paused });
  // Nothing waits for its hour any more: a worker is to find it and strike it off.
  if (args.control === 'cancelled') db.run('hasten', { no: row.no, now });
  db.signal('work');
  return null;
}

function find(db: Db, args: { id: string }): OpenDispatch | undefined {
  const row = db.get<DispatchRow>('find', args);
  return (
    row && { dispatch: JSON.parse(row.spec) as Dispatch, control: row.control, sealed: row.sealed === 1 }
  );
}

function stats(db: Db, args: { id: string }): DispatchStats | undefined {
  const row = db.get<DispatchRow>('find', args);
  if (!row) return undefined;
  const counts = countsOf(row);
  const providers = db.all<{ provider: string; accepted: number }>('providers', { no: row.no });
  return {
    candidates: deliveryStatuses.reduce((sum, status) => sum + counts[status], 0),
    counts,
    byProvider: Object.fromEntries(providers.map(({ provider, accepted }) => [provider, accepted])),
    control: row.control,
    sealed: row.sealed === 1,
  };
}

export const dispatchesStore = sqliteStore({
  name: 'dispatches',
  sql: new URL('./dispatches.sql', import.meta.url),
  writes: { open, seal, control },
  reads: { find, stats },
});
