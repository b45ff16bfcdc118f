import type { Instant } from '#domain/kernel/brand.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { IntentAnswer, Ledger, MayRepeat, NewIntent, Settlement } from '#ports/delivery/ledger.js';
import type { LoadedParcel } from '#ports/delivery/loaded-parcel.js';
import { when } from '../engine/expressions.js';
import { accept, type AcceptTools } from './accepting.js';
import { endPending, type MoveTools } from './ending.js';
import { InTurn } from './in-turn.js';
import { type IntentItem, intentKey, type SuppressionItem, suppressionKey } from './items.js';
import { load } from './loading.js';
import { obstacleOf, OpeningCall } from './opening-calls.js';
import { openWhole } from './opening-whole.js';
import { readRows } from './row-moves.js';
import { settleCall } from './settling.js';
import { isSuppressed } from './suppression-writes.js';

/**
 * The ledger in the one table. What is asked for one parcel goes one after the other: its holder is one process, and its calls
 * would only refuse each other's transactions. Everything else is decided by conditions.
 */
export class DynamoLedger implements Ledger {
  readonly #tools: MoveTools & AcceptTools;
  readonly #inTurn = new InTurn();

  constructor(tools: MoveTools & AcceptTools) {
    this.#tools = tools;
  }

  accept(
    dispatchId: DispatchId,
    recipients: readonly Recipient[],
    now: Instant,
  ): Promise<{ readonly added: number }> {
    return accept(this.#tools, dispatchId, recipients, now);
  }

  openWhole(
    dispatch: Dispatch,
    recipients: readonly Recipient[],
    now: Instant,
  ): Promise<{ readonly added: number }> {
    return openWhole(this.#tools, dispatch, recipients, now);
  }

  load(claim: Claim): Promise<LoadedParcel | undefined> {
    return load(this.#tools, claim);
  }

  openIntent(intent: NewIntent): Promise<IntentAnswer> {
    return this.#inTurn.run(intent.claim.parcel, () => this.#openIntent(intent));
  }

  async mayRepeat(claim: Claim, key: string, now: Instant): Promise<MayRepeat> {
    const { table, records } = this.#tools;
    const intent = await this.#intent(claim, key);
    const known = await records.known(claim.dispatchId);
    if (!known || !intent) return 'stale';
    const obstacle = await obstacleOf(this.#tools, known, { claim });
    if (obstacle === 'stale') return 'stale';
    if (obstacle === 'halted') return 'later';
    const { dispatch } = known;
    if (obstacle === 'cancelled' || hasExpired(dispatch, now)) return 'never';
    const rows = await readRows(table, claim.dispatchId, intent.members);
    const keys = [...rows.values()].map(({ address }) => suppressionKey(dispatch.workspaceId, address));
    const standing = await table.getAll<SuppressionItem>(keys);
    return standing.some((item) => isSuppressed(dispatch, item)) ? 'never' : 'now';
  }

  settle(settlement: Settlement): Promise<'settled' | 'stale'> {
    return this.#inTurn.run(settlement.claim.parcel, () => this.#settle(settlement));
  }

  discard(
    claim: Claim,
    ordinals: readonly number[],
    to: 'cancelled' | 'expired' | 'dead',
    reason: string,
    now: Instant,
  ): Promise<void> {
    return this.#inTurn.run(claim.parcel, async () => {
      const known = await this.#tools.records.known(claim.dispatchId);
      if (known) await endPending(this.#tools, known, claim, ordinals, { to, reason, now });
    });
  }

  async #openIntent(intent: NewIntent): Promise<IntentAnswer> {
    const { claim, ordinals, now } = intent;
    const known = await this.#tools.records.known(claim.dispatchId);
    if (!known) return { kind: 'stale' };
    if (!hasExpired(known.dispatch, now)) return new OpeningCall(this.#tools, known, intent).open();
    const obstacle = await obstacleOf(this.#tools, known, intent);
    if (obstacle) return { kind: obstacle };
    const end = { to: 'expired', reason: 'past its expiry', now } as const;
    const ended = await endPending(this.#tools, known, claim, ordinals, end, when`#control = ${'open'}`);
    return { kind: ended === 'ended' || ended === 'open' ? 'expired' : ended };
  }

  async #settle(settlement: Settlement): Promise<'settled' | 'stale'> {
    const { claim, key, now } = settlement;
    const known = await this.#tools.records.known(claim.dispatchId);
    const intent = await this.#intent(claim, key);
    if (!known || !intent) return 'stale';
    const answer = await settleCall(this.#tools, known, settlement, intent);
    if (answer === 'settled')
      await this.#tools.records.completeIfDone(claim.dispatchId, now, intent.members[0]);
    return answer;
  }

  /** One whose call has been made, or may have been. */
  async #intent({ parcel }: Claim, key: string): Promise<IntentItem | undefined> {
    const intent = await this.#tools.table.get<IntentItem>(intentKey(parcel, key));
    return intent?.state === 'open' ? intent : undefined;
  }
}

function hasExpired({ expiresAt }: Dispatch, now: Instant): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}
