import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type {
  Notification,
  NotificationId,
  NotificationStatus,
} from '#domain/communication/model/notification.js';

export interface NotificationQuery {
  readonly type?: string;
  readonly status?: NotificationStatus;
  readonly userId?: string;
}

/**
 * The notifications, from the moment they are accepted.
 *
 * Guarantees
 * - `accept` is durable when it resolves, for all of them or for none; one whose id is known already is left as it is.
 * - `save` keeps the new state only if the revision is still that of `before`: two workers that decide about the same
 *   notification make one decision. If the status is another one then, `notification.changed` is in the outbox in the same step.
 * - `due` answers those whose `dueAt` has come, the earliest first, of one lane. One with an ordering key is left out as long
 *   as an earlier accepted one of the same workspace and key does not let others pass. It may answer one that another
 *   worker is at: `save` decides. Each call sees every `accept` and `save` acknowledged before it.
 * - `nextDueAt`: when the earliest of the lane is due that is not yet; undefined if none waits.
 * - `onDue` is a hint that something may have become due sooner, and may be missed.
 */
export interface Notifications {
  accept(notifications: readonly Notification[]): Promise<void>;
  save(before: Notification, after: Notification): Promise<'saved' | 'conflict'>;
  due(lane: Lane, limit: number, now: Instant): Promise<readonly Notification[]>;
  nextDueAt(lane: Lane, now: Instant): Promise<Instant | undefined>;
  find(workspaceId: WorkspaceId, id: NotificationId): Promise<Notification | undefined>;
  page(workspaceId: WorkspaceId, query: NotificationQuery, page: PageRequest): Promise<Page<Notification>>;
  onDue(wake: () => void): () => void;
}
export const Notifications = Symbol('Notifications');
