import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';

/**
 * The registry of notification types, a row per workspace and type.
 *
 * Guarantees: `insert` of a name that is taken changes nothing and says so; `save` replaces the type only if its revision
 * is still that of `before`. `find` sees every write that was acknowledged before it was asked. Pages are in the order of
 * the names. `wasRemoved` is true of every name of which `remove` has ever answered true, also if it was inserted again
 * since. Only the given workspace's rows are seen.
 */
export interface NotificationTypes {
  insert(type: NotificationType): Promise<'inserted' | 'exists'>;
  save(before: NotificationType, after: NotificationType): Promise<'saved' | 'conflict'>;
  find(workspaceId: WorkspaceId, type: string): Promise<NotificationType | undefined>;
  page(workspaceId: WorkspaceId, page: PageRequest): Promise<Page<NotificationType>>;
  remove(workspaceId: WorkspaceId, type: string): Promise<boolean>;
  wasRemoved(workspaceId: WorkspaceId, type: string): Promise<boolean>;
}
export const NotificationTypes = Symbol('NotificationTypes');
