import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import type { NotificationTypes } from '#ports/communication/notification-types.js';
import { pageOf } from '../delivery/paging.js';

export class MemoryNotificationTypes implements NotificationTypes {
  readonly #types = new Map<string, NotificationType>();
  readonly #removed = new Set<string>();

  async insert(type: NotificationType): Promise<'inserted' | 'exists'> {
    const name = nameOf(type.workspaceId, type.type);
    if (this.#types.has(name)) return 'exists';
    this.#types.set(name, structuredClone(type));
    return 'inserted';
  }

  async save(before: NotificationType, after: NotificationType): Promise<'saved' | 'conflict'> {
    const name = nameOf(before.workspaceId, before.type);
    if (this.#types.get(name)?.revision !== before.revision) return 'conflict';
    this.#types.set(name, structuredClone(after));
    return 'saved';
  }

  async find(workspaceId: WorkspaceId, type: string): Promise<NotificationType | undefined> {
    return this.#types.get(nameOf(workspaceId, type));
  }

  async page(workspaceId: WorkspaceId, page: PageRequest): Promise<Page<NotificationType>> {
    const theirs = [...this.#types.values()].filter((one) => one.workspaceId === workspaceId);
    return pageOf(theirs, ({ type }) => type, page);
  }

  async remove(workspaceId: WorkspaceId, type: string): Promise<boolean> {
    const name = nameOf(workspaceId, type);
    if (this.#types.has(name)) this.#removed.add(name);
    return this.#types.delete(name);
  }

  async wasRemoved(workspaceId: WorkspaceId, type: string): Promise<boolean> {
    return this.#removed.has(nameOf(workspaceId, type));
  }
}

function nameOf(workspaceId: WorkspaceId, type: string): string {
  return JSON.stringify([workspaceId, type]);
}
