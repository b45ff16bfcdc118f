import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import {
  changeOf,
  letsOthersPass,
  type Notification,
  type NotificationId,
  type NotificationOrder,
  type NotificationStatus,
} from '#domain/communication/model/notification.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
import type { NotificationQuery, Notifications, Taken } from '#ports/communication/notifications.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import type { SqlValue } from '../engine/store.js';
import { numberBefore, pageOfRows } from './newest-first.js';
import { type NotificationRow, notificationsStore } from './notifications-store.js';

const NOTHING_COUNTED = { refused: [], used: [] } as const;

export class SqliteNotifications implements Notifications {
  readonly #storage: SqliteStorage;
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#storage = storage;
    this.#calls = storage.calls(notificationsStore);
  }

  async accept(notifications: readonly Notification[], limits: readonly QuotaLimit[] = []): Promise<Taken> {
    const [first] = notifications;
    if (!first) return { ...NOTHING_COUNTED, allNew: true };
    // Somebody waits for the answer to each of these, and a code or a receipt is not to wait behind a newsletter.
    const urgent = notifications.some(({ order }) => order.lane !== 'bulk');
    if (limits.length === 0) {
      const { kept } = await this.#calls.write('accept', { rows: notifications.map(valuesOf) }, { urgent });
      return { ...NOTHING_COUNTED, allNew: kept === notifications.length };
    }
    const candidates = notifications.map((one) => ({
      id: one.order.id,
      counts: !one.order.test,
      row: valuesOf(one),
    }));
    const within = { workspace: first.order.workspaceId, candidates, limits };
    return this.#calls.write('acceptWithin', within, { urgent });
  }

  async save(before: Notification, after: Notification): Promise<'saved' | 'conflict'> {
    const { id, workspaceId: workspace, orderingKey, lane } = before.order;
    const row = {
      id,
      workspace,
      key: orderingKey ?? null,
      revisionBefore: before.revision,
      revision: after.revision,
      status: after.status,
      dueAt: after.dueAt ?? null,
      blocks: blocks({ order: before.order, status: after.status }),
      updatedAt: after.updatedAt,
      progress: progressOf(after),
      changed: changeOf(before, after),
      sooner: after.dueAt !== undefined && after.dueAt < (before.dueAt ?? Infinity),
    };
    // It stands between the acceptance of a code and its sending. For what became of it nobody waits.
    return this.#calls.write('save', row, { urgent: lane === 'critical' && after.status === 'sending' });
  }

  async due(lane: Lane, limit: number, now: Instant): Promise<readonly Notification[]> {
    const rows = await this.#calls.read('due', { lane, limit, now }, { urgent: lane === 'critical' });
    return rows.map(notificationOf);
  }

  nextDueAt(lane: Lane, now: Instant): Promise<Instant | undefined> {
    return this.#calls.read('nextDueAt', { lane, now });
  }

  async find(workspace: WorkspaceId, id: NotificationId): Promise<Notification | undefined> {
    // One row by its key keeps nobody waiting, and may be a code on its way.
    const row = await this.#calls.read('find', { workspace, id }, { urgent: true });
    return row && notificationOf(row);
  }

  async page(
    workspace: WorkspaceId,
    query: NotificationQuery,
    { limit, after }: PageRequest,
  ): Promise<Page<Notification>> {
    const range = { workspace, query, before: numberBefore(after), limit: limit + 1 };
    return pageOfRows(await this.#calls.read('page', range), limit, notificationOf);
  }

  onDue(wake: () => void): () => void {
    return this.#storage.on('notifications', wake);
  }
}

function valuesOf(notification: Notification): SqlValue[] {
  const { order, status, dueAt, revision, updatedAt } = notification;
  return [
    order.id,
    order.workspaceId,
    order.lane,
    order.type,
    order.to.userId ?? null,
    status,
    dueAt ?? null,
    order.orderingKey ?? null,
    blocks(notification),
    revision,
    updatedAt,
    JSON.stringify(order),
    progressOf(notification),
  ];
}

function blocks(notification: Pick<Notification, 'order' | 'status'>): 0 | 1 {
  return notification.order.orderingKey !== undefined && !letsOthersPass(notification) ? 1 : 0;
}

function progressOf({ legs, trace }: Notification): string {
  return JSON.stringify({ legs, trace });
}

function notificationOf(row: NotificationRow): Notification {
  const { legs, trace } = JSON.parse(row.progress) as Pick<Notification, 'legs' | 'trace'>;
  return {
    order: JSON.parse(row.spec) as NotificationOrder,
    status: row.status as NotificationStatus,
    legs,
    dueAt: row.due_at ?? undefined,
    trace,
    revision: row.revision,
    updatedAt: row.updated_at,
  };
}
