import type { Notification, NotificationId } from '#domain/communication/model/notification.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { key, type Key, ttlAt } from '../engine/keys.js';
import type { TimeNumbers } from '../engine/time-numbers.js';
import {
  dueItem,
  holdsOthersUp,
  insertion,
  listing,
  type NotificationItem,
  notificationPlace,
  type NotificationShards,
} from './notification-items.js';
import type { WrittenProgress } from './notification-progress.js';
import { type KeyOf, keyOf, moved, nameOf, OrderingQueue, queued, type QueueSeen } from './ordering-queue.js';

/** One that can be kept: all of it is text already. */
export interface Candidate {
  readonly notification: Notification;
  readonly order: string;
  readonly progress: WrittenProgress;
}

/** What became of some of them, in one transaction. */
export interface Accepted {
  readonly refused: readonly NotificationId[];
  readonly kept: number;
}

export interface AcceptingTools {
  readonly table: DynamoTable;
  readonly numbers: TimeNumbers;
  readonly shards: NotificationShards;
}

/** Counts are kept for a day after their period. */
const KEPT_MS = 24 * 60 * 60_000;

interface Attempt {
  readonly writes: Write[];
  /** By place among the writes. */
  readonly inserted: Map<number, NotificationId>;
}

/** Accepts as many notifications as fit into one transaction, all of them in it, with their place in the rows of their keys and their count. */
export class AcceptBatch {
  readonly #its: AcceptingTools;
  readonly #queue: OrderingQueue;

  constructor(its: AcceptingTools) {
    this.#its = its;
    this.#queue = new OrderingQueue(its.table);
  }

  /** @param candidates no id twice */
  async accept(candidates: readonly Candidate[], limits: readonly QuotaLimit[]): Promise<Accepted> {
    for (let fresh = candidates; ;) {
      const { taken, refused } = await this.#withinLimits(fresh, limits);
      if (taken.length === 0) return { refused, kept: 0 };
      const { writes, inserted } = await this.#attempt(taken, limits);
      const done = await this.#its.table.transact(writes);
      if (done.kind === 'done') return { refused, kept: taken.length };
      const known = new Set([...done.by.keys()].flatMap((at) => inserted.get(at) ?? []));
      fresh = fresh.filter(({ notification }) => !known.has(notification.order.id));
    }
  }

  async used(workspaceId: string, limits: readonly QuotaLimit[]): Promise<number[]> {
    const places = limits.map((limit) => quotaPlace(workspaceId, limit));
    const found = await this.#its.table.getAll<Key & { used: number }>(places);
    return places.map(({ pk }) => found.find((one) => one.pk === pk)?.used ?? 0);
  }

  /** Those there is room for, in their order. Those that are known already are looked for only where there is not enough. */
  async #withinLimits(
    candidates: readonly Candidate[],
    limits: readonly QuotaLimit[],
  ): Promise<{ readonly taken: readonly Candidate[]; readonly refused: readonly NotificationId[] }> {
    const [first] = candidates;
    if (!first || limits.length === 0) return { taken: candidates, refused: [] };
    const used = await this.used(first.notification.order.workspaceId, limits);
    const room = Math.min(...limits.map(({ most }, i) => most - (used[i] ?? 0)));
    if (candidates.filter(counts).length <= room) return { taken: candidates, refused: [] };
    const places = candidates.map(({ notification }) => notificationPlace(notification.order.id));
    const known = new Set((await this.#its.table.getAll<NotificationItem>(places)).map(({ id }) => id));
    const taken: Candidate[] = [];
    const refused: NotificationId[] = [];
    let left = room;
    for (const one of candidates.filter(({ notification }) => !known.has(notification.order.id))) {
      if (counts(one) && left <= 0) refused.push(one.notification.order.id);
      else taken.push(one);
      if (counts(one)) left -= 1;
    }
    return { taken, refused };
  }

  async #attempt(taken: readonly Candidate[], limits: readonly QuotaLimit[]): Promise<Attempt> {
    const queues = await this.#queues(taken);
    const attempt: Attempt = { writes: this.#countings(taken, limits), inserted: new Map() };
    let no = this.#its.numbers.next(taken.length);
    for (const candidate of taken) {
      const { notification } = candidate;
      const of = keyOf(notification.order);
      const place = of && queues.get(nameOf(of))?.add(notification);
      attempt.inserted.set(attempt.writes.length, notification.order.id);
      attempt.writes.push(...this.#insertions(candidate, no, place));
      no += 1;
    }
    for (const queue of queues.values()) attempt.writes.push(queue.moved());
    return attempt;
  }

  #insertions({ notification, order, progress }: Candidate, no: number, place: Place | undefined): Write[] {
    const { shards } = this.#its;
    const writes = [
      insertion(notification, { order, progress: progress.stored }, place?.no),
      listing(notification, no, shards),
      ...progress.writes,
      ...(place?.writes ?? []),
    ];
    if (notification.dueAt !== undefined && !place?.behind) {
      const item = dueItem({ order: notification.order, keyNo: place?.no }, notification.dueAt, shards);
      writes.push({ kind: 'put', item: { ...item } });
    }
    return writes;
  }

  async #queues(taken: readonly Candidate[]): Promise<Map<string, GrowingQueue>> {
    const keys = new Map<string, KeyOf>();
    for (const { notification } of taken) {
      const of = keyOf(notification.order);
      if (of) keys.set(nameOf(of), of);
    }
    const seen = await Promise.all([...keys.values()].map((of) => this.#queue.see(of)));
    return new Map(seen.map((one) => [nameOf(one.key), new GrowingQueue(one)]));
  }

  #countings(taken: readonly Candidate[], limits: readonly QuotaLimit[]): Write[] {
    const [first] = taken;
    const count = taken.filter(counts).length;
    if (!first || count === 0) return [];
    return limits.map((limit) => ({
      kind: 'update',
      key: quotaPlace(first.notification.order.workspaceId, limit),
      change: to`SET #ttl = ${ttlAt(limit.endsAt + KEPT_MS)} ADD #used ${count}`,
      if: when`attribute_not_exists(#used) OR #used <= ${limit.most - count}`,
    }));
  }
}

interface Place {
  readonly no: number;
  readonly behind: boolean;
  readonly writes: readonly Write[];
}

/** The row of a key, with those that come to it now. */
class GrowingQueue {
  readonly #seen: QueueSeen;
  #last: number;
  #waiting: number;
  #isHeld: boolean;

  constructor(seen: QueueSeen) {
    this.#seen = seen;
    this.#last = seen.last;
    this.#waiting = seen.waiting;
    // One that is behind is behind somebody, though we may not see them yet.
    this.#isHeld = seen.front.length > 0 || seen.waiting > 0;
  }

  add(notification: Notification): Place {
    const no = (this.#last += 1);
    if (!holdsOthersUp(notification)) return { no, behind: false, writes: [] };
    const behind = this.#isHeld;
    this.#isHeld = true;
    if (behind) this.#waiting += 1;
    const { id, lane } = notification.order;
    return {
      no,
      behind,
      writes: [queued(this.#seen.key, { no, id, lane, behind, dueAt: notification.dueAt })],
    };
  }

  moved(): Write {
    return moved(this.#seen, { last: this.#last, waiting: this.#waiting });
  }
}

function counts({ notification }: Candidate): boolean {
  return !notification.order.test;
}

function quotaPlace(workspaceId: string, { key: period }: QuotaLimit): Key {
  return { pk: key('NTFQUOTA', workspaceId, period), sk: 'QUOTA' };
}
