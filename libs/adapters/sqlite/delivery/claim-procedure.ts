import type { DispatchId, Lane } from '#domain/delivery/model/dispatch.js';
import type { Ordinals } from '#domain/delivery/model/ordinals.js';
import type { Claim, Claimed } from '#ports/delivery/lanes.js';
import type { LoadedParcel } from '#ports/delivery/loaded-parcel.js';
import type { Db } from '../engine/store.js';
import { load } from './load-procedure.js';

interface DueRow {
  readonly id: number;
  readonly lane: Lane;
  readonly members: string;
  readonly size: number;
  readonly fence: number;
  readonly receives: number;
  readonly giveUpAt: number;
  readonly dispatchId: DispatchId;
}

export interface ClaimArgs {
  readonly lane: Lane;
  readonly max: number;
  readonly leaseMs: number;
  readonly now: number;
}

/** Parcels of the critical lane with no more members than this are loaded with the claim. */
const LOADED_AT_ONCE = 10;

/** The first step of the lanes' port. It is of the ledger's store because a code is loaded in the same step. */
export function claim(db: Db, args: ClaimArgs): Claimed {
  const loaded: Record<string, LoadedParcel> = {};
  const { lane, max, leaseMs, now } = args;
  const claims = db.all<DueRow>('dueParcels', { lane, max, now }).map((row): Claim => {
    db.run('claimParcel', { id: row.id, until: now + leaseMs });
    const claimed = claimOf(row);
    const parcel = row.lane === 'critical' && row.size <= LOADED_AT_ONCE ? load(db, claimed) : undefined;
    if (parcel) loaded[claimed.parcel] = parcel;
    return claimed;
  });
  const next = db.get<{ at: number | null }>('nextDueParcel', { lane });
  return { claims, nextDueAt: next?.at ?? undefined, loaded };
}

function claimOf({ id, lane, fence, dispatchId, members, receives, giveUpAt }: DueRow): Claim {
  return {
    parcel: String(id),
    fence: fence + 1,
    lane,
    dispatchId,
    members: JSON.parse(members) as Ordinals,
    receives: receives + 1,
    giveUpAt,
  };
}
