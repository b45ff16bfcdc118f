import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
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

/** What became of those that were to be accepted within limits. */
export interface Taken {
  /** Those for which there was no room; none of them is kept. */
  readonly refused: readonly NotificationId[];
  /** Of each limit, after this: in the order in which they were given. */
  readonly used: readonly number[];
  /** Every one of them was kept, and none had been before: nobody can be at any of them yet. False may be said of such, too. */
  readonly allNew: boolean;
}

/**
 * The notifications, from the moment they are accepted.
 *
 * Guarantees
 * - `accept` is durable when it resolves, for all of them or for none; one whose id is known already is left as it is.
 * - with `limits`, which takes notifications of one workspace, each is kept only if there is room under all of them, in
 *   their order, and counted in the same step: never is more kept than counted, nor anything counted twice. One that is
 *   known already, or is a test, is neither refused nor counted. Counts are kept until their period is over, at least.
 * - `save` keeps the new state only if the revision is still that of `before`: two workers that decide about the same
 *   notification make one decision. If the status is another one then, `notification.changed` is in the outbox in the same step.
 * - `due` answers those whose `dueAt` has come, the earliest first, of one lane. One with an ordering key is left out as long
 *   as an earlier accepted one of the same workspace and key does not let others pass. It may answer one that another
 *   worker is at: `save` decides. Each call sees every `accept` and `save` acknowledged before it.
 * - `page` may lag: one that was accepted or moved on just now may be missing. What it shows is as it stands when it is read.
 * - `nextDueAt`: when the earliest of the lane is due that is not yet; undefined if none waits.
 * - `onDue` is a hint that something may have become due sooner, and may be missed.
 */
export interface Notifications {
  accept(notifications: readonly Notification[], limits?: readonly QuotaLimit[]): Promise<Taken>;
  save(before: Notification, after: Notification): Promise<'saved' | 'conflict'>;
  due(lane: Lane, limit: number, now: Instant): Promise<readonly Notification[]>;
  nextDueAt(lane: Lane, now: Instant): Promise<Instant | undefined>;
  find(workspaceId: WorkspaceId, id: NotificationId): Promise<Notification | undefined>;
  page(workspaceId: WorkspaceId, query: NotificationQuery, page: PageRequest): Promise<Page<Notification>>;
  onDue(wake: () => void): () => void;
}
export const Notifications = Symbol('Notifications');
