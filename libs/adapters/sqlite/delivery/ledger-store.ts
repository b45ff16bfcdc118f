import type { Attempt } from '#domain/delivery/model/delivery.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import type { Claim } from '#ports/delivery/lanes.js';
import { type Db, sqliteStore, together } from '../engine/store.js';
import { accept } from './accept-procedure.js';
import { claim } from './claim-procedure.js';
import { failedMessageWrites } from './failed-messages-procedures.js';
import { intentWrites } from './intents-procedures.js';
import {
  addCounts,
  attemptText,
  completeIfDone,
  type CountDeltas,
  keyOf,
  ORDINALS_PER_DISPATCH,
  statusNumber,
} from './ledger-rows.js';
import { byClaim, count, endUnsent, heldBy, type ParcelDispatch, underWay } from './ledger-steps.js';
import { load } from './load-procedure.js';
import { openWhole } from './open-whole-procedure.js';
import { comeToWhatWasToldEarly } from './reported-rows.js';

/** A settlement as it travels: the many accepted ones as the JSON text that the statement takes. */
export interface PackedSettlement {
  readonly claim: Claim;
  readonly key: string;
  readonly provider: string;
  readonly now: number;
  /** Verdicts. */
  readonly size: number;
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
  writes: {
    accept,
    openWhole,
    claim,
    ...intentWrites,
    settle: together(settle, ({ size }) => size),
    discard,
    ...failedMessageWrites,
  },
  reads: { load },
});
