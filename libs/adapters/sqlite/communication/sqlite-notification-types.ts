import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import type { NotificationTypes } from '#ports/communication/notification-types.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { notificationTypesStore } from './notification-types-store.js';

/** Types kept at hand. A deployment with more in use at once asks the storage for the rest. */
const MOST_REMEMBERED = 1000;

/**
 * One for a data folder: types that were found are remembered until they are written, and the only one who writes them is
 * this. Every notification asks for its type when it is accepted and several times on its way, and next to none changes one.
 */
export class SqliteNotificationTypes implements NotificationTypes {
  readonly #calls;
  /** By workspace and name; the order of insertion is the order of forgetting. */
  readonly #remembered = new Map<string, NotificationType>();
  #writes = 0;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(notificationTypesStore);
  }

  insert(type: NotificationType): Promise<'inserted' | 'exists'> {
    return this.#forgetting(type.workspaceId, type.type, this.#calls.write('insert', type));
  }

  save(before: NotificationType, after: NotificationType): Promise<'saved' | 'conflict'> {
    return this.#forgetting(before.workspaceId, before.type, this.#calls.write('save', { before, after }));
  }

  async find(workspace: WorkspaceId, type: string): Promise<NotificationType | undefined> {
    const known = this.#remembered.get(nameOf(workspace, type));
    if (known) return known;
    const writes = this.#writes;
    const found = await this.#calls.read('find', { workspace, type });
    // If a type was written while we looked, ours may be it as it was before: what we saw is not remembered.
    if (found && writes === this.#writes) this.#remember(nameOf(workspace, type), found);
    return found;
  }

  async page(workspace: WorkspaceId, page: PageRequest): Promise<Page<NotificationType>> {
    const after = readCursor(page.after);
    const rows = await this.#calls.read('page', { workspace, after, limit: page.limit + 1 });
    const data = rows.slice(0, page.limit);
    const last = data.at(-1);
    return { data, next: rows.length > page.limit && last ? `after:${last.type}` : null };
  }

  remove(workspace: WorkspaceId, type: string): Promise<boolean> {
    return this.#forgetting(workspace, type, this.#calls.write('remove', { workspace, type }));
  }

  wasRemoved(workspace: WorkspaceId, type: string): Promise<boolean> {
    return this.#calls.read('wasRemoved', { workspace, type });
  }

  /** Also after a write that failed: nobody knows what it has left. */
  async #forgetting<T>(workspace: WorkspaceId, type: string, written: Promise<T>): Promise<T> {
    try {
      return await written;
    } finally {
      this.#writes += 1;
      this.#remembered.delete(nameOf(workspace, type));
    }
  }

  #remember(name: string, type: NotificationType): void {
    if (this.#remembered.size >= MOST_REMEMBERED) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    this.#remembered.set(name, type);
  }
}

/** Ids of workspaces hold no spaces. */
function nameOf(workspace: WorkspaceId, type: string): string {
  return `${workspace} ${type}`;
}

/** A cursor is the last name shown; every name sorts after the empty one. */
function readCursor(after: string | undefined): string {
  if (after === undefined) return '';
  const name = /^after:(.+)$/s.exec(after)?.[1];
  if (name === undefined) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return name;
}
