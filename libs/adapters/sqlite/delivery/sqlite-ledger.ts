import { notFound } from '#domain/kernel/refusal.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type {
  IntentAnswer,
  Ledger,
  LoadedParcel,
  MayRepeat,
  NewIntent,
  Settlement,
} from '#ports/delivery/ledger.js';
import type { Ids } from '#ports/system/ids.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { ledgerStore, type PackedSettlement } from './ledger-store.js';

/** A notification goes to a person's few addresses, a campaign to pages of a thousand. */
const FEW = 10;

/** Critical work goes ahead of everything that waits for the writer. */
const urgent = (claim: Claim): { urgent: boolean } => ({ urgent: claim.lane === 'critical' });

export class SqliteLedger implements Ledger {
  readonly #calls;
  readonly #ids: Ids;

  constructor(storage: SqliteStorage, ids: Ids) {
    this.#calls = storage.calls(ledgerStore);
    this.#ids = ids;
  }

  async accept(
    dispatchId: DispatchId,
    recipients: readonly Recipient[],
    now: number,
  ): Promise<{ added: number }> {
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
    const page = JSON.stringify(
      ordered.map(({ address, ref, data, dueAt }) => [address, ref, data, dueAt ?? null]),
    );
    // Few cost the writer next to nothing, and may be a code that somebody waits for: they are not to wait behind pages.
    const few = { urgent: recipients.length <= FEW };
    const answer = await this.#calls.write('accept', { dispatchId, page, groups, now }, few);
    if (answer === 'no_such_dispatch') throw notFound('dispatch');
    return answer;
  }

  load(claim: Claim): Promise<LoadedParcel | undefined> {
    return this.#calls.read('load', claim);
  }

  openIntent(intent: NewIntent): Promise<IntentAnswer> {
    return this.#calls.write('openIntent', intent, urgent(intent.claim));
  }

  mayRepeat(claim: Claim, key: string, now: number): Promise<MayRepeat> {
    return this.#calls.write('mayRepeat', { claim, key, now }, urgent(claim));
  }

  settle({ claim, key, provider, verdicts, now }: Settlement): Promise<'settled' | 'stale'> {
    const accepted: [number, string][] = [];
    const others: PackedSettlement['others'][number][] = [];
    const suppressionIds: string[] = [];
    for (const { ordinal, verdict } of verdicts) {
      if (verdict.to === 'accepted') accepted.push([ordinal, verdict.providerMessageId]);
      else others.push({ ordinal, verdict });
      if (verdict.to === 'failed' && verdict.hardBounce) suppressionIds.push(this.#ids.next('sup'));
    }
    const packed: PackedSettlement = {
      claim,
      key,
      provider,
      now,
      accepted: accepted.length === 0 ? undefined : JSON.stringify(accepted),
      others,
      suppressionIds,
    };
    return this.#calls.write('settle', packed, urgent(claim));
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
