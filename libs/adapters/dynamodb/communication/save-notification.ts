import { changeOf, letsOthersPass, type Notification } from '#domain/communication/model/notification.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import type { Turns } from '../engine/turns.js';
import type { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import {
  change,
  dueItem,
  type Located,
  type NotificationItem,
  notificationPlace,
  type NotificationShards,
  relisting,
} from './notification-items.js';
import { writeProgress } from './notification-progress.js';
import {
  type KeyOf,
  keyOf,
  moved,
  nameOf,
  OrderingQueue,
  queued,
  type QueuedItem,
  type QueueSeen,
  unqueued,
} from './ordering-queue.js';

/** What is committed is to be seen everywhere within moments. */
const MOST_LOOKS = 50;

export interface SavingTools {
  readonly table: DynamoTable;
  readonly outbox: DynamoOutbox;
  readonly turns: Turns;
  readonly shards: NotificationShards;
}

interface Step {
  readonly before: Notification;
  readonly after: Notification;
}

/** Each step with all that follows from it in one transaction; what has a key also moves the row of that key on. */
export class SaveNotification {
  readonly #its: SavingTools;
  readonly #queue: OrderingQueue;

  constructor(its: SavingTools) {
    this.#its = its;
    this.#queue = new OrderingQueue(its.table);
  }

  save(step: Step): Promise<'saved' | 'conflict'> {
    const of = keyOf(step.before.order);
    if (!of) return this.#commit(step, () => Promise.resolve(this.#dueMoves(step)));
    return this.#its.turns.take(nameOf(of), () => this.#commit(step, () => this.#queueMoves(step, of)));
  }

  /** @param moves what else is written, read anew each time somebody else has written the same; undefined if `before` is over */
  async #commit(
    { before, after }: Step,
    moves: () => Promise<readonly Write[] | undefined>,
  ): Promise<'saved' | 'conflict'> {
    const { table, outbox, shards } = this.#its;
    const { stored: progress, writes: pieces } = await writeProgress(after, before);
    const told = changeOf(before, after);
    for (;;) {
      const others = await moves();
      if (!others) return 'conflict';
      const telling = told
        ? [relisting({ ...after, order: before.order }, shards), outbox.entry(told, after.updatedAt)]
        : [];
      const saved = await table.transact([change(before, after, progress), ...pieces, ...telling, ...others]);
      if (saved.kind === 'refused' && saved.by.has(0)) return 'conflict';
      if (saved.kind === 'refused') continue;
      if (told) outbox.appended();
      return 'saved';
    }
  }

  #dueMoves({ before, after }: Step): Write[] {
    const located = { order: before.order, keyNo: undefined };
    return dueMoves(located, before.dueAt, after.dueAt, this.#its.shards);
  }

  async #queueMoves({ before, after }: Step, of: KeyOf): Promise<Write[] | undefined> {
    const { order } = before;
    const seen = await this.#seen(of);
    const stored = await this.#its.table.get<NotificationItem>(notificationPlace(order.id));
    if (stored?.revision !== before.revision) return undefined;
    const no = stored.keyNo ?? 0;
    const mine = await this.#queue.at(of, no);
    const wasBehind = mine?.behind ?? false;
    const isIn = !letsOthersPass(after);
    const isBehind = wasBehind && isIn;
    const writes = dueMoves(
      { order, keyNo: no },
      wasBehind ? undefined : before.dueAt,
      isBehind ? undefined : after.dueAt,
      this.#its.shards,
    );
    if (isIn)
      writes.push(queued(of, { no, id: order.id, lane: order.lane, behind: isBehind, dueAt: after.dueAt }));
    else if (mine) writes.push(unqueued(of, no));
    const next = isIn ? undefined : seen.front.find((one) => one.no !== no);
    const released = next?.behind ? next : undefined;
    if (released) writes.push(...this.#release(of, released));
    const waiting = seen.waiting - (wasBehind && !isBehind ? 1 : 0) - (released ? 1 : 0);
    return [...writes, moved(seen, { last: seen.last, waiting })];
  }

  /** All others of the key stay behind this one. */
  #release(of: KeyOf, next: QueuedItem): Write[] {
    const { no, id, lane, dueAt } = next;
    const freed = queued(of, { no, id, lane, behind: false, dueAt });
    if (dueAt === undefined) return [freed];
    const order = { ...of, id, lane } as Located['order'];
    const item = dueItem({ order, keyNo: no }, dueAt, this.#its.shards);
    return [freed, { kind: 'put', item: { ...item } }];
  }

  /** Where some are waiting, the first of them are to be seen: if not, what was written last is still being spread. */
  async #seen(of: KeyOf): Promise<QueueSeen> {
    for (let looks = 1; ; looks += 1) {
      const seen = await this.#queue.see(of);
      if (seen.waiting === 0 || seen.front.length > 0 || looks === MOST_LOOKS) return seen;
    }
  }
}

function dueMoves(
  located: Located,
  was: number | undefined,
  is: number | undefined,
  shards: NotificationShards,
): Write[] {
  if (was === is) return [];
  const writes: Write[] = [];
  if (was !== undefined) writes.push({ kind: 'delete', key: dueItem(located, was, shards) });
  if (is !== undefined) writes.push({ kind: 'put', item: { ...dueItem(located, is, shards) } });
  return writes;
}
