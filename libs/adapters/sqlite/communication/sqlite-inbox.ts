import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { type InboxCounts, type InboxItem, inboxStates } from '#domain/communication/model/inbox-item.js';
import type { Inbox, InboxChanges, InboxQuery } from '#ports/communication/inbox.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { type InboxRow, inboxStore } from './inbox-store.js';
import { numberBefore, pageOfRows } from './newest-first.js';

export class SqliteInbox implements Inbox {
  readonly #storage: SqliteStorage;
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#storage = storage;
    this.#calls = storage.calls(inboxStore);
  }

  async put(items: readonly InboxItem[]): Promise<readonly InboxItem[]> {
    return (await this.#calls.write('put', { items })).map(itemOf);
  }

  async find(workspace: WorkspaceId, id: string): Promise<InboxItem | undefined> {
    const row = await this.#calls.read('find', { workspace, id });
    return row && itemOf(row);
  }

  async save(item: InboxItem): Promise<InboxItem> {
    return itemOf(await this.#calls.write('save', item));
  }

  async page(
    workspace: WorkspaceId,
    user: string,
    { state }: InboxQuery,
    { limit, after }: PageRequest,
  ): Promise<Page<InboxItem>> {
    const range = { workspace, user, state, before: numberBefore(after), limit: limit + 1 };
    return pageOfRows(await this.#calls.read('page', range), limit, itemOf);
  }

  counts(workspace: WorkspaceId, user: string): Promise<InboxCounts> {
    return this.#calls.read('counts', { workspace, user });
  }

  onChanged(wake: () => void): () => void {
    return this.#storage.on('inbox', wake);
  }

  async changesSince(cursor: string, limit: number): Promise<InboxChanges> {
    const rows = await this.#calls.read('changesSince', { change: Number(cursor), limit });
    return { items: rows.map(itemOf), cursor: String(rows.at(-1)?.change ?? cursor) };
  }

  async lastChange(): Promise<string> {
    return String(await this.#calls.read('lastChange', {}));
  }
}

function itemOf(row: InboxRow): InboxItem {
  const state = inboxStates[row.state];
  if (state === undefined) throw new Error(`No inbox state has the number ${row.state}`);
  return {
    ...(JSON.parse(row.body) as InboxItem),
    state,
    ...(row.seen_at !== null && { seenAt: row.seen_at }),
    ...(row.read_at !== null && { readAt: row.read_at }),
    ...(row.archived_at !== null && { archivedAt: row.archived_at }),
  };
}
