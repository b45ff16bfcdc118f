import type { Notification, NotificationId } from '#domain/communication/model/notification.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Taken } from '#ports/communication/notifications.js';
import { batchesOf, MOST_BYTES_AT_ONCE } from '../engine/batches.js';
import { key } from '../engine/keys.js';
import { MOST_BYTES_IN_ITEM } from '../engine/packed-text.js';
import type { Turns } from '../engine/turns.js';
import { AcceptBatch, type Accepted, type AcceptingTools, type Candidate } from './accept-batch.js';
import { AcceptanceLog } from './acceptance-log.js';
import { writeProgress } from './notification-progress.js';
import { keyOf, nameOf } from './ordering-queue.js';

/** Items of a transaction, but for two that count. */
const MOST_WRITES = 98;
/** The notification, its listing, its time; with a key also its place in the row, and at worst the head of it. */
const WRITES = 3;
const WRITES_WITH_KEY = 5;

/**
 * Accepts all of a call or none of it. What fits into one transaction is one. A larger call is written down first: from then on
 * it is accepted, step by step, and if we die, by another process that finds it.
 */
export class AcceptNotifications {
  readonly #batch: AcceptBatch;
  readonly #log: AcceptanceLog;
  readonly #turns: Turns;

  constructor(its: AcceptingTools, log: AcceptanceLog, turns: Turns) {
    this.#batch = new AcceptBatch(its);
    this.#log = log;
    this.#turns = turns;
  }

  async accept(notifications: readonly Notification[], limits: readonly QuotaLimit[]): Promise<Taken> {
    const distinct = new Map<NotificationId, Notification>();
    for (const one of notifications) if (!distinct.has(one.order.id)) distinct.set(one.order.id, one);
    const candidates = await Promise.all([...distinct.values()].map(candidateOf));
    const batches = batchesOf(candidates, [
      { most: MOST_WRITES, weightOf: writesOf },
      { most: MOST_BYTES_AT_ONCE, weightOf: bytesOf },
    ]);
    const entry = batches.length > 1 ? await this.#log.write(notifications, limits) : undefined;
    const { refused, kept } = await this.#acceptAll(batches, limits);
    if (entry) await this.#log.forget(entry);
    const [first] = notifications;
    const used = first && limits.length > 0 ? await this.#batch.used(first.order.workspaceId, limits) : [];
    return { refused, used, allNew: kept === notifications.length };
  }

  /** Goes on with whatever somebody wrote down, and is not at any more. Answers whether there was any. */
  async resume(): Promise<boolean> {
    const left = await this.#log.abandoned();
    for (const { notifications, limits } of left) await this.accept(notifications, limits);
    for (const { entry } of left) await this.#log.forget(entry);
    return left.length > 0;
  }

  async #acceptAll(
    batches: readonly (readonly Candidate[])[],
    limits: readonly QuotaLimit[],
  ): Promise<Accepted> {
    const refused: NotificationId[] = [];
    let kept = 0;
    for (const batch of batches) {
      const accepted = await this.#turns.takeAll(turnsOf(batch, limits), () =>
        this.#batch.accept(batch, limits),
      );
      refused.push(...accepted.refused);
      kept += accepted.kept;
    }
    return { refused, kept };
  }
}

async function candidateOf(notification: Notification): Promise<Candidate> {
  const order = JSON.stringify(notification.order);
  if (Buffer.byteLength(order) > MOST_BYTES_IN_ITEM - 160_000)
    throw new Refusal('message_too_large', 'The notification is too large.');
  return { notification, order, progress: await writeProgress(notification) };
}

function writesOf({ notification, progress }: Candidate): number {
  const own = notification.order.orderingKey === undefined ? WRITES : WRITES_WITH_KEY;
  return own + progress.writes.length;
}

function bytesOf({ order, progress }: Candidate): number {
  return (
    Buffer.byteLength(order) +
    (progress.stored.progress?.length ?? 0) +
    progress.writes.length * MOST_BYTES_IN_ITEM
  );
}

function turnsOf(batch: readonly Candidate[], limits: readonly QuotaLimit[]): string[] {
  const keys = batch.flatMap(({ notification }) => keyOf(notification.order) ?? []).map(nameOf);
  const workspace = batch[0]?.notification.order.workspaceId ?? '';
  if (limits.length > 0) return [...keys, key('NTFQUOTA', workspace)];
  // The same ones in two batches at once: their transactions would only refuse one another.
  return [...keys, ...batch.map(({ notification }) => key('NTF', notification.order.id))];
}
