import type { DeliveryStatus } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchControl, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import type { SuppressionScope } from '#domain/delivery/model/suppression.js';
import type { Claim } from '../lanes.js';
import type { IntentAnswer } from '../ledger.js';
import { ordinalsOf } from './worker.js';

export interface ExpectedRow {
  readonly ordinal: number;
  readonly address: string;
  status: DeliveryStatus;
  attempts: number;
}

export interface ExpectedDispatch {
  readonly dispatch: Dispatch;
  readonly rows: Map<number, ExpectedRow>;
  readonly told: string[];
  control: DispatchControl;
  revision: number;
  sealed: boolean;
}

/** A parcel as far as a worker can know it. */
interface ExpectedParcel {
  claim: Claim;
  leasedUntil: number;
  finished: boolean;
  /** Calls that nobody has settled: key -> ordinals in the order of the call. */
  readonly intents: Map<string, readonly number[]>;
}

/**
 * The ports' promises as the simplest program that keeps them, one caller at a time. Random operations are done to
 * it and to the stores under test, and both must agree after each.
 */
export class ExpectedLedger {
  readonly dispatches = new Map<DispatchId, ExpectedDispatch>();
  readonly parcels = new Map<string, ExpectedParcel>();
  readonly #suppressed = new Set<string>();

  open(dispatch: Dispatch, revision: number): ExpectedDispatch {
    const one: ExpectedDispatch = {
      dispatch,
      rows: new Map(),
      told: [],
      control: 'open',
      revision,
      sealed: false,
    };
    this.dispatches.set(dispatch.id, one);
    return one;
  }

  of({ dispatchId }: Claim): ExpectedDispatch {
    const found = this.dispatches.get(dispatchId);
    if (!found) throw new Error(`A claim of the strange dispatch ${dispatchId}`);
    return found;
  }

  parcelOf(claim: Claim): ExpectedParcel {
    const found = this.parcels.get(claim.parcel);
    if (!found) throw new Error(`The strange parcel ${claim.parcel}`);
    return found;
  }

  holds(claim: Claim): boolean {
    const parcel = this.parcelOf(claim);
    return !parcel.finished && parcel.claim.fence === claim.fence;
  }

  claimed(claim: Claim, leasedUntil: number): void {
    const intents = this.parcels.get(claim.parcel)?.intents ?? new Map<string, readonly number[]>();
    this.parcels.set(claim.parcel, { claim, leasedUntil, finished: false, intents });
  }

  pendingIn(claim: Claim): number[] {
    const { rows } = this.of(claim);
    return ordinalsOf(claim).filter((ordinal) => rows.get(ordinal)?.status === 'pending');
  }

  /** The answer to expect; what it entails has happened when this returns. */
  openIntent(
    claim: Claim,
    key: string,
    ordinals: readonly number[],
    unsendable: readonly number[],
    now: number,
  ): IntentAnswer {
    if (!this.holds(claim)) return { kind: 'stale' };
    const to = this.of(claim);
    if (to.control !== 'open') return { kind: to.control };
    if (now >= (to.dispatch.expiresAt ?? Infinity)) {
      this.#endPending(to, ordinals, 'expired');
      this.#completeIfDone(to);
      return { kind: 'expired' };
    }
    this.#endPending(to, unsendable, 'failed');
    this.#endPending(
      to,
      ordinals.filter((ordinal) => this.#isSuppressed(to, ordinal)),
      'suppressed',
    );
    const going = ordinals.filter((ordinal) => to.rows.get(ordinal)?.status === 'pending');
    for (const row of this.#rows(to, going)) row.status = 'submitting';
    this.#completeIfDone(to);
    if (going.length === 0) return { kind: 'empty' };
    this.parcelOf(claim).intents.set(key, going);
    return { kind: 'opened', refused: ordinals.filter((ordinal) => !going.includes(ordinal)) };
  }

  settle(claim: Claim, key: string, verdictOf: (ordinal: number) => Verdict): 'settled' | 'stale' {
    const { intents } = this.parcelOf(claim);
    const ordinals = intents.get(key);
    if (!ordinals || !this.holds(claim)) return 'stale';
    intents.delete(key);
    const to = this.of(claim);
    for (const row of this.#rows(to, ordinals)) {
      const verdict = verdictOf(row.ordinal);
      row.status = verdict.to;
      if (verdict.to !== 'pending' || verdict.spent) row.attempts += 1;
      if (verdict.to === 'failed' && verdict.hardBounce)
        this.suppress(to.dispatch.workspaceId, row.address, 'all');
    }
    this.#completeIfDone(to);
    return 'settled';
  }

  discard(claim: Claim, ordinals: readonly number[], status: 'cancelled' | 'expired' | 'dead'): void {
    if (!this.holds(claim)) return;
    this.#endPending(this.of(claim), ordinals, status);
    this.#completeIfDone(this.of(claim));
  }

  control(to: ExpectedDispatch, control: DispatchControl, revision: number): void {
    if (to.control === 'cancelled' || revision < to.revision) return;
    to.control = control;
    to.revision = revision;
  }

  seal(to: ExpectedDispatch): void {
    to.sealed = true;
    this.#completeIfDone(to);
  }

  suppress(workspaceId: string, address: string, scope: SuppressionScope): void {
    this.#suppressed.add(`${workspaceId} ${address} ${scope}`);
  }

  /** Every dead message that may be retried goes back; answers how many did. */
  retry(to: ExpectedDispatch, ordinals: readonly number[]): number {
    if (to.control === 'cancelled') return 0;
    const retried = this.#rows(to, ordinals).filter(({ status }) => status === 'dead');
    if (retried.length > 0 && to.told.at(-1) === 'dispatch.completed') to.told.push('dispatch.reopened');
    for (const row of retried) {
      row.status = 'pending';
      row.attempts = 0;
    }
    return retried.length;
  }

  #endPending(to: ExpectedDispatch, ordinals: readonly number[], status: DeliveryStatus): void {
    for (const row of this.#rows(to, ordinals)) if (row.status === 'pending') row.status = status;
  }

  #isSuppressed({ dispatch, rows }: ExpectedDispatch, ordinal: number): boolean {
    const who = `${dispatch.workspaceId} ${rows.get(ordinal)?.address}`;
    return (
      this.#suppressed.has(`${who} all`) ||
      (dispatch.purpose === 'marketing' && this.#suppressed.has(`${who} marketing`))
    );
  }

  #completeIfDone(to: ExpectedDispatch): void {
    const busy = [...to.rows.values()].some(({ status }) => status === 'pending' || status === 'submitting');
    if (to.sealed && !busy && to.told.at(-1) !== 'dispatch.completed') to.told.push('dispatch.completed');
  }

  #rows({ rows }: ExpectedDispatch, ordinals: readonly number[]): ExpectedRow[] {
    return ordinals.flatMap((ordinal) => rows.get(ordinal) ?? []);
  }
}
