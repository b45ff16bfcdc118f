import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import type { NotificationTypes } from '#ports/communication/notification-types.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { notificationTypesStore } from './notification-types-store.js';

export class SqliteNotificationTypes implements NotificationTypes {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(notificationTypesStore);
  }

  insert(type: NotificationType): Promise<'inserted' | 'exists'> {
    return this.#calls.write('insert', type);
  }

  save(before: NotificationType, after: NotificationType): Promise<'saved' | 'conflict'> {
    return this.#calls.write('save', { before, after });
  }

  find(workspace: WorkspaceId, type: string): Promise<NotificationType | undefined> {
    return this.#calls.read('find', { workspace, type });
  }

  async page(workspace: WorkspaceId, page: PageRequest): Promise<Page<NotificationType>> {
    const after = readCursor(page.after);
    const rows = await this.#calls.read('page', { workspace, after, limit: page.limit + 1 });
    const data = rows.slice(0, page.limit);
    const last = data.at(-1);
    return { data, next: rows.length > page.limit && last ? `after:${last.type}` : null };
  }

  remove(workspace: WorkspaceId, type: string): Promise<boolean> {
    return this.#calls.write('remove', { workspace, type });
  }

  wasRemoved(workspace: WorkspaceId, type: string): Promise<boolean> {
    return this.#calls.read('wasRemoved', { workspace, type });
  }
}

/** A cursor is the last name shown; every name sorts after the empty one. */
function readCursor(after: string | undefined): string {
  if (after === undefined) return '';
  const name = /^after:(.+)$/s.exec(after)?.[1];
  if (name === undefined) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return name;
}
