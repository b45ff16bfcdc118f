import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import {
  changeOf,
  letsOthersPass,
  type Notification,
  type NotificationId,
  type NotificationOrder,
} from '#domain/communication/model/notification.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
import type { NotificationQuery, Notifications, Taken } from '#ports/communication/notifications.js';
import type { MemoryOutbox } from '../events/memory-outbox.js';
import { newestFirst, type Numbered } from './newest-first.js';

interface Row extends Numbered {
  notification: Notification;
}

export class MemoryNotifications implements Notifications {
  /** In the order of acceptance, as are those of each ordering key. */
  readonly #rows = new Map<NotificationId, Row>();
  readonly #keys = new Map<string, Row[]>();
  /** By workspace and period. */
  readonly #used = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  readonly #outbox: MemoryOutbox;

  constructor(outbox: MemoryOutbox) {
    this.#outbox = outbox;
  }

  async accept(notifications: readonly Notification[], limits: readonly QuotaLimit[] = []): Promise<Taken> {
    const keys = limits.map(({ key }) => JSON.stringify([notifications[0]?.order.workspaceId, key]));
    const refused: NotificationId[] = [];
    const before = this.#rows.size;
    // All are copied before the first is kept: one that can't be stands for none.
    for (const notification of notifications.map(copyOf)) {
      const { id, test } = notification.order;
      if (this.#rows.has(id)) continue;
      if (!test && limits.some(({ most }, i) => this.#usedOf(keys[i]) >= most)) refused.push(id);
      else {
        this.#keep(notification);
        if (!test) for (const key of keys) this.#used.set(key, this.#usedOf(key) + 1);
      }
    }
    this.#wake();
    const allNew = this.#rows.size - before === notifications.length;
    return { refused, used: keys.map((key) => this.#usedOf(key)), allNew };
  }

  async save(before: Notification, after: Notification): Promise<'saved' | 'conflict'> {
    const row = this.#rows.get(before.order.id);
    const isKnown =
      row?.notification.order.workspaceId === before.order.workspaceId &&
      row.notification.revision === before.revision;
    if (!row || !isKnown) return 'conflict';
    const changed = changeOf(row.notification, after);
    row.notification = { ...copyOf(after), order: row.notification.order };
    if (changed) this.#outbox.append(changed, after.updatedAt);
    this.#wake();
    return 'saved';
  }

  async due(lane: Lane, limit: number, now: Instant): Promise<readonly Notification[]> {
    return this.#waiting(lane)
      .filter(({ at }) => at <= now)
      .slice(0, limit)
      .map(({ notification }) => notification);
  }

  async nextDueAt(lane: Lane, now: Instant): Promise<Instant | undefined> {
    return this.#waiting(lane).find(({ at }) => at > now)?.at;
  }

  async find(workspaceId: WorkspaceId, id: NotificationId): Promise<Notification | undefined> {
    const found = this.#rows.get(id)?.notification;
    return found?.order.workspaceId === workspaceId ? found : undefined;
  }

  async page(
    workspaceId: WorkspaceId,
    { type, status, userId }: NotificationQuery,
    page: PageRequest,
  ): Promise<Page<Notification>> {
    const rows = [...this.#rows.values()].filter(
      ({ notification: { order, status: theirs } }) =>
        order.workspaceId === workspaceId &&
        (type === undefined || order.type === type) &&
        (status === undefined || theirs === status) &&
        (userId === undefined || order.to.userId === userId),
    );
    const { data, next } = newestFirst(rows, page);
    return { data: data.map(({ notification }) => notification), next };
  }

  onDue(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  #usedOf(key = ''): number {
    return this.#used.get(key) ?? 0;
  }

  #keep(notification: Notification): void {
    const { order } = notification;
    if (this.#rows.has(order.id)) return;
    const row = { no: this.#rows.size + 1, notification };
    this.#rows.set(order.id, row);
    const key = keyOf(order);
    if (key === undefined) return;
    const ofKey = this.#keys.get(key);
    if (ofKey) ofKey.push(row);
    else this.#keys.set(key, [row]);
  }

  /** Whatever has a time to be looked at and nobody before it, the earliest first. */
  #waiting(lane: Lane): { at: Instant; notification: Notification }[] {
    return [...this.#rows.values()]
      .filter((row) => row.notification.order.lane === lane && !this.#isBehind(row))
      .flatMap(({ notification }) =>
        notification.dueAt === undefined ? [] : [{ at: notification.dueAt, notification }],
      )
      .sort((a, b) => a.at - b.at);
  }

  #isBehind({ no, notification: { order } }: Row): boolean {
    const key = keyOf(order);
    const ofKey = key === undefined ? [] : (this.#keys.get(key) ?? []);
    return ofKey.some((other) => other.no < no && !letsOthersPass(other.notification));
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** As it would come back from a database, which keeps the order, legs and trace as JSON. */
function copyOf(notification: Notification): Notification {
  const copy = JSON.parse(JSON.stringify(notification)) as Notification;
  return { ...copy, dueAt: notification.dueAt };
}

function keyOf({ workspaceId, orderingKey }: NotificationOrder): string | undefined {
  return orderingKey === undefined ? undefined : JSON.stringify([workspaceId, orderingKey]);
}
