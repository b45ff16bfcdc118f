import { type DispatchControl, type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import { sizeOf } from '#domain/delivery/model/ordinals.js';
import type { LaneDepth, Leftover } from '#ports/delivery/lanes.js';
import { type Db, sqliteStore } from '../engine/store.js';

function extend(db: Db, args: { claims: readonly { parcel: string; fence: number }[]; until: number }): null {
  for (const { parcel, fence } of args.claims)
    db.run('extend', { id: Number(parcel), fence, until: args.until });
  return null;
}

function finish(
  db: Db,
  args: { parcel: string; fence: number; leftovers: readonly Leftover[]; now: number },
): null {
  const removed = db.get<{ no: number; lane: string; giveUpAt: number }>('remove', {
    id: Number(args.parcel),
    fence: args.fence,
  });
  if (!removed) return null;
  // Nobody would ever load this parcel again, so what is in doubt would be forgotten.
  if ((db.get<{ open: number }>('openIntents', { parcel: Number(args.parcel) })?.open ?? 0) > 0)
    throw new Error('A parcel with an open intent cannot be finished: settle it first.');
  if (args.leftovers.length === 0) return null;
  const control = db.get<{ control: DispatchControl }>('controlOf', { no: removed.no })?.control;
  for (const leftover of args.leftovers) {
    db.run('insertParcel', {
      lane: removed.lane,
      no: removed.no,
      members: JSON.stringify(leftover.members),
      size: sizeOf(leftover.members),
      at: control === 'cancelled' ? args.now : leftover.dueAt,
      held: control === 'halted' ? 1 : 0,
      receives: leftover.receives ?? 0,
      giveUpAt: removed.giveUpAt,
    });
  }
  db.signal('work');
  return null;
}

function putBack(db: Db, args: { parcel: string; fence: number; dueAt: number; now: number }): null {
  const id = Number(args.parcel);
  const parcel = db.get<{ no: number }>('putBack', { id, fence: args.fence, at: args.dueAt });
  if (!parcel) return null;
  if (db.get<{ control: DispatchControl }>('controlOf', { no: parcel.no })?.control === 'cancelled')
    db.run('hurry', { id, now: args.now });
  db.signal('work');
  return null;
}

/** Only one process uses a data folder, so at its start every claim is a dead worker's. */
function releaseAll(db: Db, args: { now: number }): number {
  return db.run('releaseAll', args);
}

function depths(db: Db, args: { now: number }): LaneDepth[] {
  const rows = db.all<{ lane: Lane; depth: number; oldest: number | null }>('depths');
  return lanes.map((lane) => {
    const row = rows.find((one) => one.lane === lane);
    const oldestAgeMs = row?.oldest == null ? 0 : Math.max(0, args.now - row.oldest);
    return { lane, depth: row?.depth ?? 0, oldestAgeMs };
  });
}

export const lanesStore = sqliteStore({
  name: 'lanes',
  sql: new URL('./lanes.sql', import.meta.url),
  writes: { extend, finish, putBack, releaseAll },
  reads: { depths },
});
