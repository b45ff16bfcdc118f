import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import {
  type Notification,
  type NotificationId,
  type NotificationOrder,
  notificationStatuses,
} from '#domain/communication/model/notification.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
import type { NotificationQuery, Notifications, Taken } from '#ports/communication/notifications.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable, Range } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { TimeNumbers } from '../engine/time-numbers.js';
import { Turns } from '../engine/turns.js';
import type { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import { AcceptNotifications } from './accept-notifications.js';
import { AcceptanceLog } from './acceptance-log.js';
import { DueNotifications } from './due-notifications.js';
import { newestOf, type Placed, placeBefore } from './newest-first.js';
import {
  byStatus,
  byType,
  byUser,
  type NotificationItem,
  notificationPlace,
  type NotificationShards,
  SHARDS,
} from './notification-items.js';
import { readProgress } from './notification-progress.js';
import { SaveNotification } from './save-notification.js';

/** How often somebody looks for calls that a process began to accept and did not finish. */
const RESUME_EVERY_MS = 5_000;
const NEVER = -Infinity;

export class DynamoNotifications implements Notifications {
  readonly #table: DynamoTable;
  readonly #clock: Clock;
  readonly #shards: NotificationShards;
  readonly #accepting: AcceptNotifications;
  readonly #saving: SaveNotification;
  readonly #due: DueNotifications;
  readonly #listeners = new Set<() => void>();
  #resumedAt = NEVER;

  constructor(table: DynamoTable, outbox: DynamoOutbox, clock: Clock, shards = SHARDS) {
    const numbers = new TimeNumbers(clock);
    const turns = new Turns();
    this.#table = table;
    this.#clock = clock;
    this.#shards = shards;
    const log = new AcceptanceLog(table, clock, numbers);
    this.#accepting = new AcceptNotifications({ table, numbers, shards }, log, turns);
    this.#saving = new SaveNotification({ table, outbox, turns, shards });
    this.#due = new DueNotifications(table, shards);
  }

  async accept(notifications: readonly Notification[], limits: readonly QuotaLimit[] = []): Promise<Taken> {
    const taken = await this.#accepting.accept(notifications, limits);
    this.wake();
    return taken;
  }

  async save(before: Notification, after: Notification): Promise<'saved' | 'conflict'> {
    const saved = await this.#saving.save({ before, after });
    if (saved === 'saved') this.wake();
    return saved;
  }

  async due(lane: Lane, limit: number, now: Instant): Promise<readonly Notification[]> {
    await this.#resume();
    // The key of every one of the next millisecond is longer, and sorts behind this.
    const rows = await this.#due.earliest(lane, limit, 0, now + 1);
    const found = await this.#all(rows.map(({ id }) => id));
    return rows.flatMap(({ id, dueAt }) => {
      const one = found.get(id);
      // Who was faster than we are has moved it.
      return one?.dueAt === dueAt ? [one] : [];
    });
  }

  async nextDueAt(lane: Lane, now: Instant): Promise<Instant | undefined> {
    const [next] = await this.#due.earliest(lane, 1, now + 1, undefined);
    return next?.dueAt;
  }

  async find(workspaceId: WorkspaceId, id: NotificationId): Promise<Notification | undefined> {
    const item = await this.#table.get<NotificationItem>(notificationPlace(id));
    return item?.workspaceId === workspaceId ? this.#whole(item) : undefined;
  }

  async page(
    workspaceId: WorkspaceId,
    query: NotificationQuery,
    { limit, after }: PageRequest,
  ): Promise<Page<Notification>> {
    const before = placeBefore(after);
    const range = { descending: true, limit: limit + 2, ...(before !== undefined && { to: before }) };
    const lists = await Promise.all(
      this.#lists(workspaceId, query).map((list) => this.#table.list<Placed>({ ...range, ...list })),
    );
    const { data, next } = newestOf(lists, before, limit);
    const found = await this.#all(data.map(({ id }) => id));
    return { data: data.flatMap(({ id }) => found.get(id) ?? []), next };
  }

  onDue(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  /** Which lists are to be looked through. They are indexes: people read them, and nobody decides by them. */
  #lists(
    workspaceId: string,
    { type, status, userId }: NotificationQuery,
  ): Pick<Range, 'index' | 'pk' | 'filter'>[] {
    const shards = [...Array(this.#shards.listed).keys()];
    if (userId !== undefined) {
      const filter = filterOf(type, status);
      return [{ index: 'gsi2', pk: byUser(workspaceId, userId), ...(filter && { filter }) }];
    }
    if (type !== undefined) {
      const filter = filterOf(undefined, status);
      return shards.map((shard) => ({
        index: 'gsi1',
        pk: byType(workspaceId, type, shard),
        ...(filter && { filter }),
      }));
    }
    const statuses = status === undefined ? notificationStatuses : [status];
    return statuses.flatMap((one) =>
      shards.map((shard) => ({ index: 'gsi3' as const, pk: byStatus(workspaceId, one, shard) })),
    );
  }

  async #all(ids: readonly string[]): Promise<Map<string, Notification>> {
    const items = await this.#table.getAll<NotificationItem>([...new Set(ids)].map(notificationPlace));
    const found = await Promise.all(items.map((item) => this.#whole(item)));
    return new Map(found.flatMap((one) => (one ? [[one.order.id, one] as const] : [])));
  }

  async #whole(item: NotificationItem): Promise<Notification | undefined> {
    for (let now: NotificationItem | undefined = item; now;) {
      const progress = await readProgress(this.#table, now);
      if (progress) {
        const { order, status, dueAt, revision, updatedAt } = now;
        return {
          order: JSON.parse(order) as NotificationOrder,
          status,
          ...progress,
          dueAt,
          revision,
          updatedAt,
        };
      }
      now = await this.#table.get<NotificationItem>(notificationPlace(item.id));
    }
    return undefined;
  }

  async #resume(): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - this.#resumedAt < RESUME_EVERY_MS) return;
    this.#resumedAt = now;
    if (await this.#accepting.resume()) this.wake();
  }

  /** Somebody has written something, perhaps in another process. */
  wake(): void {
    for (const wake of [...this.#listeners]) wake();
  }
}

function filterOf(type: string | undefined, status: string | undefined) {
  if (type !== undefined && status !== undefined) return when`#type = ${type} AND #status = ${status}`;
  if (type !== undefined) return when`#type = ${type}`;
  return status === undefined ? undefined : when`#status = ${status}`;
}
