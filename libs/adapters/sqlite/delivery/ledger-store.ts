import type { Attempt } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchControl } from '#domain/delivery/model/dispatch.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { LoadedParcel } from '#ports/delivery/ledger.js';
import { type Db, sqliteStore, together } from '../engine/store.js';
import { failedMessageWrites } from './failed-messages-procedures.js';
import { intentWrites } from './intents-procedures.js';
import {
  addCounts,
  attemptText,
  completeIfDone,
  type CountDeltas,
  keyOf,
  memberOf,
  type MemberRow,
  ordinalOf,
  ORDINALS_PER_DISPATCH,
  statusNumber,
} from './ledger-rows.js';
import { byClaim, count, endUnsent, heldBy, type ParcelDispatch, underWay } from './ledger-steps.js';
import { comeToWhatWasToldEarly } from './reported-rows.js';

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

function accept(db: Db, args: AcceptPage): { added: number } | 'no_such_dispatch' {
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

function load(db: Db, claim: Claim): LoadedParcel | undefined {
  const held = heldBy(db, claim);
  if (!held) return undefined;
  const rows = claim.members.flatMap(([from, to]) =>
    db.all<MemberRow>('pendingBetween', { from: keyOf(held.no, from), to: keyOf(held.no, to) }),
  );
  const byOrdinal = new Map(rows.map((row) => [ordinalOf(row.key), memberOf(row)]));
  const intents = db.all<{ key: string; provider: string; members: string; openedAt: number }>(
    'intentsOfParcel',
    {
      parcel: Number(claim.parcel),
    },
  );
  const orphans = intents.map(({ key, provider, openedAt, members }) => ({
    key,
    provider,
    openedAt,
    members: (JSON.parse(members) as number[]).flatMap((ordinal) => byOrdinal.get(ordinal) ?? []),
  }));
  for (const ordinal of underWay(db, held.no, [...byOrdinal.keys()])) byOrdinal.delete(ordinal);
  const spec = db.get<{ spec: string }>('specOf', { no: held.no });
  if (!spec) return undefined;
  const dispatch = JSON.parse(spec.spec) as Dispatch;
  return { dispatch, control: held.control, members: [...byOrdinal.values()], orphans };
}

/** A settlement as it travels: the many accepted ones as the JSON text that the statement takes. */
export interface PackedSettlement {
  readonly claim: Claim;
  readonly key: string;
  readonly provider: string;
  readonly now: number;
  /** `[[ordinal, provider message id], …]`, or undefined if there are none. */
  readonly accepted: string | undefined;
  readonly others: readonly {
    readonly ordinal: number;
    readonly verdict: Exclude<Verdict, { to: 'accepted' }>;
  }[];
  /** One for each hard bounce. */
  readonly suppressionIds: readonly string[];
}

function settle(db: Db, settlements: readonly PackedSettlement[]): ('settled' | 'stale')[] {
  const settled = new Set<PackedSettlement>();
  for (const ofClaim of byClaim(settlements).values()) {
    const held = ofClaim[0] && heldBy(db, ofClaim[0].claim);
    if (!held) continue;
    const good = ofClaim.filter((one) => settleCall(db, held, one));
    settleAccepted(db, held, good);
    const now = Math.max(...ofClaim.map((one) => one.now));
    comeToWhatWasToldEarly(db, keyOf(held.no, 0), keyOf(held.no, ORDINALS_PER_DISPATCH - 1), now);
    completeIfDone(db, held.no, now);
    for (const one of good) settled.add(one);
  }
  return settlements.map((one) => (settled.has(one) ? 'settled' : 'stale'));
}

/** Ends the call, and settles those of its members that were not accepted. False if somebody else has ended it. */
function settleCall(db: Db, held: ParcelDispatch, args: PackedSettlement): boolean {
  const { key, claim } = args;
  const intent = db.get<{ size: number }>('removeIntent', { key, parcel: Number(claim.parcel) });
  if (!intent) return false;
  const deltas: CountDeltas = { submitting: -intent.size, pending: intent.size };
  const suppressionIds = [...args.suppressionIds];
  for (const { ordinal, verdict } of args.others)
    settleOther(db, held, args, ordinal, verdict, deltas, suppressionIds);
  addCounts(db, held.no, deltas);
  return true;
}

/** Those that were accepted, of all these calls: one statement for each provider. */
function settleAccepted(db: Db, held: ParcelDispatch, settlements: readonly PackedSettlement[]): void {
  const accepting = settlements.filter(({ accepted }) => accepted !== undefined);
  for (const [provider, calls] of Map.groupBy(accepting, (one) => one.provider)) {
    const settled = `[${calls.map(({ accepted }) => accepted?.slice(1, -1)).join()}]`;
    const now = Math.max(...calls.map((call) => call.now));
    const changed = db.run('settleAccepted', { base: keyOf(held.no, 0), settled, provider, now });
    const deltas: CountDeltas = {};
    count(deltas, 'accepted', changed);
    addCounts(db, held.no, deltas);
    db.addAtCommit('addAccepted', { no: held.no, provider }, { count: changed });
  }
}

function settleOther(
  db: Db,
  held: ParcelDispatch,
  args: PackedSettlement,
  ordinal: number,
  verdict: Exclude<Verdict, { to: 'accepted' }>,
  deltas: CountDeltas,
  suppressionIds: string[],
): void {
  const key = keyOf(held.no, ordinal);
  const attempt: Attempt = {
    at: args.now,
    provider: args.provider,
    key: args.key,
    outcome: attemptOutcome(verdict),
    detail: verdict.reason,
  };
  const changed = db.run('settleOne', {
    key,
    status: statusNumber(verdict.to),
    spent: verdict.to === 'pending' && !verdict.spent ? 0 : 1,
    provider: args.provider,
    reason: verdict.reason,
    dueAt: verdict.to === 'pending' ? verdict.dueAt : null,
    now: args.now,
    attempt: attemptText(attempt),
  });
  if (verdict.to !== 'pending') count(deltas, verdict.to, changed);
  const id = verdict.to === 'failed' && verdict.hardBounce ? suppressionIds.pop() : undefined;
  if (id !== undefined) bury(db, held, args, key, id);
}

/** Nobody writes to the address again, and whoever keeps it among somebody's addresses hears of it. */
function bury(
  db: Db,
  { workspaceId }: ParcelDispatch,
  { claim: { dispatchId }, now }: PackedSettlement,
  key: number,
  id: string,
): void {
  db.run('suppressAddressOf', { workspace: workspaceId, key, id, now });
  const address = db.get<{ address: string }>('addressOf', { key })?.address;
  if (address !== undefined)
    db.emit({ type: 'address.gone', workspaceId, dispatchId, address, at: now }, now);
}

function attemptOutcome(verdict: Exclude<Verdict, { to: 'accepted' }>): string {
  if (verdict.to !== 'pending') return verdict.to;
  if (verdict.inDoubt) return 'unknown';
  return verdict.spent ? 'retry' : 'throttled';
}

export interface Discard {
  readonly claim: Claim;
  readonly ordinals: readonly number[];
  readonly to: 'cancelled' | 'expired' | 'dead';
  readonly reason: string;
  readonly now: number;
}

function discard(db: Db, { claim, ordinals, to, reason, now }: Discard): null {
  const held = heldBy(db, claim);
  if (!held) return null;
  // What is under way may have been sent: only its outcome can end it.
  const busy = underWay(db, held.no, ordinals);
  const free = ordinals.filter((ordinal) => !busy.has(ordinal));
  endUnsent(db, held.no, free, { to, reason, now });
  return null;
}

export const ledgerStore = sqliteStore({
  name: 'ledger',
  sql: new URL('./ledger.sql', import.meta.url),
  writes: { accept, ...intentWrites, settle: together(settle), discard, ...failedMessageWrites },
  reads: { load },
});
