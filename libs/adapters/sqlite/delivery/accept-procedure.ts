import type { DispatchControl } from '#domain/delivery/model/dispatch.js';
import type { Db } from '../engine/store.js';
import { addCounts, keyOf, ORDINALS_PER_DISPATCH } from './ledger-rows.js';

export interface AcceptPage {
  readonly dispatchId: string;
  /** JSON: `[[address, ref, data, dueAt|null], …]`, those with the same dueAt side by side. */
  readonly page: string;
  /** How the page falls into due times, in its order. */
  readonly groups: readonly { readonly size: number; readonly dueAt: number | undefined }[];
  readonly now: number;
}

/** A paced dispatch is cut into parcels of about two seconds, so that none sits in a worker's hands for long. */
function parcelSize(rate: number | null): number {
  return rate === null ? 1000 : Math.min(1000, Math.max(10, Math.ceil(2 * rate)));
}

/** Part of the ledger store: see its port for what it promises. */
export function accept(db: Db, args: AcceptPage): { added: number } | 'no_such_dispatch' {
  const dispatch = db.get<{
    no: number;
    lane: string;
    control: DispatchControl;
    giveUpAt: number;
    nextOrdinal: number;
    rate: number | null;
  }>('dispatchForAccept', { id: args.dispatchId });
  if (!dispatch) return 'no_such_dispatch';
  if (dispatch.control === 'cancelled') return { added: 0 };
  const base = dispatch.nextOrdinal;
  const length = args.groups.reduce((sum, group) => sum + group.size, 0);
  if (base + length > ORDINALS_PER_DISPATCH) throw new Error(`Dispatch ${args.dispatchId} is full`);
  const added = db.run('insertDeliveries', {
    base: keyOf(dispatch.no, base),
    page: args.page,
    now: args.now,
  });
  if (added === 0) return { added };
  db.run('advanceOrdinal', { no: dispatch.no, next: base + length });
  let from = base;
  for (const group of args.groups) {
    for (const end = from + group.size; from < end;) {
      const size = Math.min(parcelSize(dispatch.rate), end - from);
      db.run('insertParcel', {
        lane: dispatch.lane,
        no: dispatch.no,
        members: JSON.stringify([[from, from + size - 1]]),
        size,
        at: group.dueAt ?? args.now,
        held: dispatch.control === 'halted' ? 1 : 0,
        receives: 0,
        giveUpAt: Math.max(dispatch.giveUpAt, group.dueAt ?? 0),
      });
      from += size;
    }
  }
  addCounts(db, dispatch.no, { pending: added });
  db.signal('work');
  return { added };
}
