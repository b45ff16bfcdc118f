import { toRanges } from '#domain/delivery/model/ordinals.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { IntentAnswer, MayRepeat, NewIntent } from '#ports/delivery/ledger.js';
import type { Db } from '../engine/store.js';
import {
  addCounts,
  completeIfDone,
  type CountDeltas,
  keyOf,
  ordinalOf,
  statusNumber,
} from './ledger-rows.js';
import { count, endOne, endUnsent, heldBy, type ParcelDispatch, underWay } from './ledger-steps.js';

const PENDING = statusNumber('pending');

function openIntent(db: Db, intent: NewIntent): IntentAnswer {
  const held = heldBy(db, intent.claim);
  if (!held) return { kind: 'stale' };
  if (held.control !== 'open') return { kind: held.control };
  const asked = [...intent.ordinals, ...intent.unsendable.map(({ ordinal }) => ordinal)];
  const busy = underWay(db, held.no, asked);
  if (held.expiresAt !== null && intent.now >= held.expiresAt) {
    const free = asked.filter((ordinal) => !busy.has(ordinal));
    endUnsent(db, held.no, free, { to: 'expired', reason: 'expired', now: intent.now });
    return { kind: 'expired' };
  }
  const deltas: CountDeltas = {};
  for (const { ordinal, reason } of intent.unsendable) {
    if (!busy.has(ordinal))
      count(deltas, 'failed', endOne(db, held.no, ordinal, { to: 'failed', reason, now: intent.now }));
  }
  const refused = refuseUnfit(db, held, intent, busy, deltas);
  const members =
    refused.size === 0 ? intent.ordinals : intent.ordinals.filter((ordinal) => !refused.has(ordinal));
  if (members.length > 0) insertIntent(db, held.no, intent, members, deltas);
  addCounts(db, held.no, deltas);
  if (members.length > 0) return { kind: 'opened', refused: [...refused] };
  completeIfDone(db, held.no, intent.now);
  return { kind: 'empty' };
}

function insertIntent(
  db: Db,
  no: number,
  intent: NewIntent,
  members: readonly number[],
  deltas: CountDeltas,
): void {
  const ranges = toRanges(members);
  db.run('insertIntent', {
    key: intent.key,
    parcel: Number(intent.claim.parcel),
    no,
    provider: intent.provider,
    members: JSON.stringify(members),
    size: members.length,
    first: ranges[0]?.[0] ?? 0,
    last: ranges.at(-1)?.[1] ?? 0,
    now: intent.now,
  });
  count(deltas, 'submitting', members.length);
}

/** A read, but asked of the writer: there every decision that was acknowledged has been made. */
function mayRepeat(db: Db, args: { claim: Claim; key: string; now: number }): MayRepeat {
  const held = heldBy(db, args.claim);
  const intent = db.get<{ members: string }>('openIntent', {
    key: args.key,
    parcel: Number(args.claim.parcel),
  });
  if (!held || !intent) return 'stale';
  if (held.control === 'halted') return 'later';
  if (held.control === 'cancelled' || (held.expiresAt !== null && args.now >= held.expiresAt)) return 'never';
  const members = JSON.parse(intent.members) as number[];
  return unfit(db, held, members).length > 0 ? 'never' : 'now';
}

/** Of these, the suppressed and those no longer pending. */
function unfit(
  db: Db,
  held: ParcelDispatch,
  ordinals: readonly number[],
): { readonly ordinal: number; readonly status: number }[] {
  const wanted = new Set(ordinals);
  const marketing = held.purpose === 'marketing' ? 1 : 0;
  return toRanges(ordinals).flatMap(([from, to]) => {
    const keys = { from: keyOf(held.no, from), to: keyOf(held.no, to) };
    return db
      .all<{ key: number; status: number }>('unfitBetween', {
        ...keys,
        workspace: held.workspaceId,
        marketing,
      })
      .map(({ key, status }) => ({ ordinal: ordinalOf(key), status }))
      .filter(({ ordinal }) => wanted.has(ordinal));
  });
}

/** Suppressed members leave here and now; those that are finished or in another call are left out. */
function refuseUnfit(
  db: Db,
  held: ParcelDispatch,
  intent: NewIntent,
  busy: ReadonlySet<number>,
  deltas: CountDeltas,
): Set<number> {
  const refused = new Set(intent.ordinals.filter((ordinal) => busy.has(ordinal)));
  for (const { ordinal, status } of unfit(db, held, intent.ordinals)) {
    if (refused.has(ordinal)) continue;
    refused.add(ordinal);
    if (status !== PENDING) continue;
    const end = { to: 'suppressed', reason: 'suppression list', now: intent.now } as const;
    count(deltas, 'suppressed', endOne(db, held.no, ordinal, end));
  }
  return refused;
}

/** Part of the ledger store: see its port for what each promises. */
export const intentWrites = { openIntent, mayRepeat };
