import { notFound } from '#domain/kernel/refusal.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { IntentAnswer, Ledger, LoadedParcel, NewIntent, Settlement } from '#ports/delivery/ledger.js';
import type { Ids } from '#ports/system/ids.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { ledgerStore } from './ledger-store.js';

/** Critical work goes ahead of everything that waits for the writer. */
const urgent = (claim: Claim): { urgent: boolean } => ({ urgent: claim.lane === 'critical' });

export class SqliteLedger implements Ledger {
  readonly #calls;
  readonly #ids: Ids;

  constructor(storage: SqliteStorage, ids: Ids) {
    this.#calls = storage.calls(ledgerStore);
    this.#ids = ids;
  }

  async accept(dispatchId: DispatchId, recipients: readonly Recipient[], now: number): Promise<{ added: number }> {
    // Side by side by due time, and within it in the order given: the caller's address order fills the index at its end.
    const ordered = recipients.some((one) => one.dueAt !== undefined)
      ? [...recipients].sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
      : recipients;
    const groups: { size: number; dueAt: number | undefined }[] = [];
    for (const { dueAt } of ordered) {
      const last = groups.at(-1);
      if (last && last.dueAt === dueAt) last.size += 1;
      else groups.push({ size: 1, dueAt });
    }
    const page = JSON.stringify(ordered.map(({ address, ref, data, dueAt }) => [address, ref, data, dueAt ?? null]));
    const answer = await this.#calls.write('accept', { dispatchId, page, groups, now });
    if (answer === 'no_such_dispatch') throw notFound('dispatch');
    return answer;
  }

  load(claim: Claim): Promise<LoadedParcel | undefined> {
    return this.#calls.read('load', claim);
  }

  openIntent(intent: NewIntent): Promise<IntentAnswer> {
    return this.#calls.write('openIntent', intent, urgent(intent.claim));
  }

  settle(settlement: Settlement): Promise<'settled' | 'stale'> {
    const bounces = settlement.verdicts.filter(({ verdict }) => verdict.to === 'failed' && verdict.hardBounce);
    const suppressionIds = bounces.map(() => this.#ids.next('sup'));
    return this.#calls.write('settle', { ...settlement, suppressionIds }, urgent(settlement.claim));
  }

  async discard(
    claim: Claim,
    ordinals: readonly number[],
    to: 'cancelled' | 'expired' | 'dead',
    reason: string,
    now: number,
  ): Promise<void> {
    await this.#calls.write('discard', { claim, ordinals, to, reason, now }, urgent(claim));
  }
}
