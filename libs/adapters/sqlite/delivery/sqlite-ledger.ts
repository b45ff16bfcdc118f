import { notFound } from '#domain/kernel/refusal.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { IntentAnswer, Ledger, MayRepeat, NewIntent, Settlement } from '#ports/delivery/ledger.js';
import type { LoadedParcel } from '#ports/delivery/loaded-parcel.js';
import type { Ids } from '#ports/system/ids.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import type { AcceptPage } from './accept-procedure.js';
import { ledgerStore, type PackedSettlement } from './ledger-store.js';

/** A notification goes to a person's few addresses, a campaign to pages of a thousand. */
const FEW = 10;

/** On its way to the provider critical work goes ahead of everything that waits for a storage thread. */
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
    // Few cost the writer next to nothing, and may be a code that somebody waits for: they are not to wait behind pages.
    const few = { urgent: recipients.length <= FEW };
    const answer = await this.#calls.write('accept', pageOf(dispatchId, recipients, now), few);
    if (answer === 'no_such_dispatch') throw notFound('dispatch');
    return answer;
  }

  openWhole(dispatch: Dispatch, recipients: readonly Recipient[], now: number): Promise<{ added: number }> {
    const page = pageOf(dispatch.id, recipients, now);
    return this.#calls.write('openWhole', { dispatch, page }, { urgent: dispatch.lane === 'critical' });
  }

  load(claim: Claim): Promise<LoadedParcel | undefined> {
    return this.#calls.read('load', claim, urgent(claim));
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
      size: verdicts.length,
      accepted: accepted.length === 0 ? undefined : JSON.stringify(accepted),
      others,
      suppressionIds,
    };
    // The message is out, whatever its lane: each urgent ask costs a commit of its own.
    return this.#calls.write('settle', packed);
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

function pageOf(dispatchId: DispatchId, recipients: readonly Recipient[], now: number): AcceptPage {
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
  return { dispatchId, page, groups, now };
}
