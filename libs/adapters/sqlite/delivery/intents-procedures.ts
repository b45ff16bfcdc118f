import { toRanges } from '#domain/delivery/model/ordinals.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { IntentAnswer, MayRepeat, NewIntent } from '#ports/delivery/ledger.js';
import { type Db, together } from '../engine/store.js';
import {
  addCounts,
  completeIfDone,
  type CountDeltas,
  keyOf,
  ordinalOf,
  statusNumber,
} from './ledger-rows.js';
import { byClaim, count, endOne, endUnsent, heldBy, type ParcelDispatch, underWay } from './ledger-steps.js';

const PENDING = statusNumber('pending');

/** What is decided for the asks of one claim: they share what they have to know. */
interface Opening {
  readonly held: ParcelDispatch;
  /** In an open call, or ended by one of these asks. */
  readonly busy: Set<number>;
  /** The suppressed and those no longer pending, with their status. */
  readonly unfit: ReadonlyMap<number, number>;
  readonly deltas: CountDeltas;
}

function openIntents(db: Db, intents: readonly NewIntent[]): IntentAnswer[] {
  const answers = new Map<NewIntent, IntentAnswer>();
  for (const ofClaim of byClaim(intents).values()) {
    const opening = beginOpening(db, ofClaim);
    for (const intent of ofClaim)
      answers.set(intent, 'kind' in opening ? opening : openIntent(db, opening, intent));
    if (!('kind' in opening)) addCounts(db, opening.held.no, opening.deltas);
  }
  return intents.map((intent) => answers.get(intent) ?? { kind: 'stale' });
}

function beginOpening(db: Db, intents: readonly NewIntent[]): Opening | IntentAnswer {
  const held = intents[0] && heldBy(db, intents[0].claim);
  if (!held) return { kind: 'stale' };
  if (held.control !== 'open') return { kind: held.control };
  const asked = intents.flatMap(askedBy);
  const wanted = intents.flatMap(({ ordinals }) => ordinals);
  return {
    held,
    busy: underWay(db, held.no, asked),
    unfit: new Map(unfit(db, held, wanted).map(({ ordinal, status }) => [ordinal, status])),
    deltas: {},
  };
}

function openIntent(db: Db, opening: Opening, intent: NewIntent): IntentAnswer {
  const { held, busy, deltas } = opening;
  if (held.expiresAt !== null && intent.now >= held.expiresAt) {
    const free = askedBy(intent).filter((ordinal) => !busy.has(ordinal));
    endUnsent(db, held.no, free, { to: 'expired', reason: 'expired', now: intent.now });
    return { kind: 'expired' };
  }
  for (const { ordinal, reason } of intent.unsendable) {
    if (busy.has(ordinal)) continue;
    busy.add(ordinal);
    count(deltas, 'failed', endOne(db, held.no, ordinal, { to: 'failed', reason, now: intent.now }));
  }
  const refused = refuseUnfit(db, opening, intent);
  const members =
    refused.size === 0 ? intent.ordinals : intent.ordinals.filter((ordinal) => !refused.has(ordinal));
  if (members.length > 0) {
    insertIntent(db, held.no, intent, members, deltas);
    for (const ordinal of members) busy.add(ordinal);
    return { kind: 'opened', refused: [...refused] };
  }
  completeIfDone(db, held.no, intent.now);
  return { kind: 'empty' };
}

function askedBy(intent: NewIntent): number[] {
  return [...intent.ordinals, ...intent.unsendable.map(({ ordinal }) => ordinal)];
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
function refuseUnfit(db: Db, { held, busy, unfit, deltas }: Opening, intent: NewIntent): Set<number> {
  const refused = new Set<number>();
  for (const ordinal of intent.ordinals) {
    const status = unfit.get(ordinal);
    if (status === undefined && !busy.has(ordinal)) continue;
    refused.add(ordinal);
    if (status !== PENDING || busy.has(ordinal)) continue;
    busy.add(ordinal);
    const end = { to: 'suppressed', reason: 'suppression list', now: intent.now } as const;
    count(deltas, 'suppressed', endOne(db, held.no, ordinal, end));
  }
  return refused;
}

/** Part of the ledger store: see its port for what each promises. */
export const intentWrites = {
  openIntent: together(openIntents, ({ ordinals }) => ordinals.length),
  mayRepeat,
};
