import type { Instant } from '#domain/kernel/brand.js';
import type { Attempt, Member, Recipient } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import { type Ordinals, toRanges } from '#domain/delivery/model/ordinals.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import type { SuppressionId } from '#domain/delivery/model/suppression.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { IntentAnswer, Ledger, MayRepeat, NewIntent, Settlement } from '#ports/delivery/ledger.js';
import type { LoadedParcel } from '#ports/delivery/loaded-parcel.js';
import type { DispatchState, MemoryDeliveryBackbone, Parcel, Row } from './memory-delivery-backbone.js';

export class MemoryLedger implements Ledger {
  readonly #backbone: MemoryDeliveryBackbone;

  constructor(backbone: MemoryDeliveryBackbone) {
    this.#backbone = backbone;
  }

  async accept(
    dispatchId: DispatchId,
    recipients: readonly Recipient[],
    now: Instant,
  ): Promise<{ readonly added: number }> {
    return { added: this.#accept(dispatchId, recipients, now) };
  }

  async openWhole(
    dispatch: Dispatch,
    recipients: readonly Recipient[],
    now: Instant,
  ): Promise<{ readonly added: number }> {
    this.#backbone.open(dispatch);
    const state = this.#backbone.stateOf(dispatch.id);
    const added = this.#accept(dispatch.id, recipients, now);
    state.sealed = true;
    this.#backbone.completeIfDone(state, now);
    return { added };
  }

  #accept(dispatchId: DispatchId, recipients: readonly Recipient[], now: Instant): number {
    const state = this.#backbone.stateOf(dispatchId);
    if (state.control === 'cancelled') return 0;
    const added = recipients.flatMap((recipient) => addRow(state, recipient, now) ?? []);
    const byDueTime = Map.groupBy(added, (row) => row.dueAt ?? now);
    for (const [dueAt, rows] of byDueTime) {
      const members = toRanges(rows.map(({ ordinal }) => ordinal));
      this.#backbone.putOnLane({ state, members, dueAt, giveUpAt: state.giveUpAt });
    }
    if (added.length > 0) this.#backbone.wake();
    return added.length;
  }

  async load(claim: Claim): Promise<LoadedParcel | undefined> {
    const parcel = this.#backbone.heldBy(claim);
    if (!parcel) return undefined;
    const { dispatch, control } = parcel.state;
    const pending = rowsAt(parcel.state, ordinalsIn(parcel.members)).filter(
      ({ status }) => status === 'pending',
    );
    const orphans = [...parcel.intents.values()].map(({ ordinals, ...intent }) => ({
      ...intent,
      members: rowsAt(parcel.state, ordinals).map(memberOf),
    }));
    return { dispatch, control, members: pending.map(memberOf), orphans };
  }

  async openIntent(intent: NewIntent): Promise<IntentAnswer> {
    const parcel = this.#backbone.heldBy(intent.claim);
    if (!parcel) return { kind: 'stale' };
    const { state } = parcel;
    if (state.control !== 'open') return { kind: state.control };
    const { expiresAt } = state.dispatch;
    if (expiresAt !== undefined && intent.now >= expiresAt) {
      this.#end(state, intent.ordinals, 'expired', 'past its expiry', intent.now);
      return { kind: 'expired' };
    }
    for (const { ordinal, reason } of intent.unsendable)
      this.#end(state, [ordinal], 'failed', reason, intent.now);
    const refused = this.#refuseUnfit(state, intent.ordinals, intent.now);
    const ordinals = intent.ordinals.filter((ordinal) => !refused.includes(ordinal));
    if (ordinals.length === 0) {
      this.#backbone.completeIfDone(state, intent.now);
      return { kind: 'empty' };
    }
    for (const row of rowsAt(state, ordinals)) this.#backbone.move(state, row, 'submitting', intent.now);
    const { key, provider, now: openedAt } = intent;
    parcel.intents.set(key, { key, provider, openedAt, ordinals });
    return { kind: 'opened', refused };
  }

  async mayRepeat(claim: Claim, key: string, now: Instant): Promise<MayRepeat> {
    const parcel = this.#backbone.heldBy(claim);
    const intent = parcel?.intents.get(key);
    if (!parcel || !intent) return 'stale';
    const { control, dispatch } = parcel.state;
    if (control === 'halted') return 'later';
    if (control === 'cancelled' || (dispatch.expiresAt !== undefined && now >= dispatch.expiresAt))
      return 'never';
    const suppressed = rowsAt(parcel.state, intent.ordinals).some(({ address }) =>
      this.#backbone.isSuppressed(dispatch, address),
    );
    return suppressed ? 'never' : 'now';
  }

  async settle(settlement: Settlement): Promise<'settled' | 'stale'> {
    const parcel = this.#backbone.heldBy(settlement.claim);
    const intent = parcel?.intents.get(settlement.key);
    if (!parcel || !intent) return 'stale';
    const verdicts = new Map(settlement.verdicts.map(({ ordinal, verdict }) => [ordinal, verdict]));
    if (
      !intent.ordinals.every((ordinal) => verdicts.has(ordinal)) ||
      verdicts.size !== intent.ordinals.length
    ) {
      throw new Error('A settlement has one verdict for every member of its intent, and no others.');
    }
    parcel.intents.delete(settlement.key);
    for (const [ordinal, verdict] of verdicts) this.#apply(parcel, ordinal, verdict, settlement);
    this.#backbone.completeIfDone(parcel.state, settlement.now);
    return 'settled';
  }

  async discard(
    claim: Claim,
    ordinals: readonly number[],
    to: 'cancelled' | 'expired' | 'dead',
    reason: string,
    now: Instant,
  ): Promise<void> {
    const parcel = this.#backbone.heldBy(claim);
    if (parcel) this.#end(parcel.state, ordinals, to, reason, now);
  }

  /** Ends those of the messages that are still pending, without a provider call. */
  #end(
    state: DispatchState,
    ordinals: readonly number[],
    to: 'cancelled' | 'expired' | 'dead' | 'failed' | 'suppressed',
    reason: string,
    now: Instant,
  ): void {
    for (const row of rowsAt(state, ordinals)) {
      if (row.status !== 'pending') continue;
      this.#backbone.move(state, row, to, now);
      row.reason = reason;
      row.dueAt = undefined;
    }
    this.#backbone.completeIfDone(state, now);
  }

  #refuseUnfit(state: DispatchState, ordinals: readonly number[], now: Instant): number[] {
    const suppressed = rowsAt(state, ordinals)
      .filter(({ address }) => this.#backbone.isSuppressed(state.dispatch, address))
      .map(({ ordinal }) => ordinal);
    this.#end(state, suppressed, 'suppressed', 'on the suppression list', now);
    return rowsAt(state, ordinals)
      .filter(({ status }) => status !== 'pending')
      .map(({ ordinal }) => ordinal);
  }

  #apply({ state }: Parcel, ordinal: number, verdict: Verdict, { provider, key, now }: Settlement): void {
    for (const row of rowsAt(state, [ordinal])) {
      this.#backbone.move(state, row, verdict.to, now);
      row.provider = provider;
      row.reason = verdict.to === 'accepted' ? undefined : verdict.reason;
      row.dueAt = verdict.to === 'pending' ? verdict.dueAt : undefined;
      if (verdict.to !== 'pending' || verdict.spent) row.attempts += 1;
      if (verdict.to === 'accepted') {
        row.providerMessageId = verdict.providerMessageId;
        state.acceptedBy.set(provider, (state.acceptedBy.get(provider) ?? 0) + 1);
      } else {
        const attempt: Attempt = {
          at: now,
          provider,
          key,
          outcome: outcomeOf(verdict),
          detail: verdict.reason,
        };
        row.history.push(attempt);
      }
      if (verdict.to === 'failed' && verdict.hardBounce) this.#suppressHardBounce(state, row.address, now);
      this.#backbone.comeToWhatWasTold(state, row, now);
    }
  }

  #suppressHardBounce({ dispatch }: DispatchState, address: string, at: Instant): void {
    const id = this.#backbone.ids.next('sup') as string as SuppressionId;
    this.#backbone.suppress({
      id,
      workspaceId: dispatch.workspaceId,
      address,
      scope: 'all',
      reason: 'hard_bounce',
      at,
    });
    const { workspaceId, id: dispatchId } = dispatch;
    this.#backbone.emit({ type: 'address.gone', workspaceId, dispatchId, address, at }, at);
  }
}

function addRow(state: DispatchState, recipient: Recipient, now: Instant): Row | undefined {
  const { address, ref, data, dueAt } = recipient;
  if (state.byAddress.has(address)) return undefined;
  const row: Row = {
    ordinal: state.rows.length,
    address,
    ref,
    data,
    history: [],
    told: [],
    status: 'pending',
    attempts: 0,
    updatedAt: now,
    provider: undefined,
    providerMessageId: undefined,
    reason: undefined,
    dueAt,
  };
  state.rows.push(row);
  state.completed = false;
  state.byAddress.set(address, row);
  state.counts.pending += 1;
  return row;
}

/** `[[3, 4], [9, 9]]` -> `[3, 4, 9]` */
function ordinalsIn(ranges: Ordinals): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

function rowsAt(state: DispatchState, ordinals: readonly number[]): Row[] {
  return ordinals.flatMap((ordinal) => state.rows[ordinal] ?? []);
}

function memberOf({ ordinal, address, ref, data, attempts }: Row): Member {
  return { ordinal, address, ref, data, attempts };
}

function outcomeOf(verdict: Exclude<Verdict, { to: 'accepted' }>): string {
  if (verdict.to !== 'pending') return verdict.to;
  if (verdict.inDoubt) return 'unknown';
  return verdict.spent ? 'retry' : 'throttled';
}
