import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Import, ImportId } from '#domain/campaign/model/import.js';
import type { List, Subscriber, SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { AudienceMember, Audiences } from '#ports/campaign/audiences.js';
import type { ImportBatch, ImportFault, Imports } from '#ports/campaign/imports.js';
import type { Lists } from '#ports/campaign/lists.js';
import type { Subscribers, Upsert } from '#ports/campaign/subscribers.js';
import type { Clock } from '#ports/system/clock.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { commitArgs } from './import-procedures.js';
import { subscribersStore } from './subscribers-store.js';

function cut<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}

export class SqliteSubscribers implements Subscribers {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(subscribersStore);
  }

  put(
    workspace: WorkspaceId,
    upserts: readonly Upsert[],
    listIds: readonly ListId[],
    now: Instant,
  ): ReturnType<Subscribers['put']> {
    return this.#calls.write('put', { workspace, upserts, listIds, now });
  }

  find(workspace: WorkspaceId, id: SubscriberId): Promise<Subscriber | undefined> {
    return this.#calls.read('byId', { workspace, id });
  }

  findByAddress(workspace: WorkspaceId, email: EmailAddress): Promise<Subscriber | undefined> {
    return this.#calls.read('byEmail', { workspace, email });
  }

  replace(subscriber: Subscriber): Promise<boolean> {
    return this.#calls.write('replace', subscriber);
  }

  remove(workspace: WorkspaceId, id: SubscriberId): Promise<boolean> {
    return this.#calls.write('remove', { workspace, id });
  }

  async page(
    workspace: WorkspaceId,
    list: ListId | undefined,
    { limit, after = '' }: PageRequest,
  ): Promise<Page<Subscriber>> {
    return cut(
      await this.#calls.read('page', { workspace, list, after, limit: limit + 1 }),
      limit,
      (row) => row.email,
    );
  }
}

export class SqliteLists implements Lists {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(subscribersStore);
  }

  async insert(list: List): Promise<void> {
    await this.#calls.write('insertList', list);
  }

  find(workspace: WorkspaceId, id: ListId): Promise<List | undefined> {
    return this.#calls.read('list', { workspace, id });
  }

  async page(workspace: WorkspaceId, { limit, after = '' }: PageRequest): Promise<Page<List>> {
    return cut(
      await this.#calls.read('lists', { workspace, after, limit: limit + 1 }),
      limit,
      (row) => row.id,
    );
  }
}

export class SqliteAudiences implements Audiences {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(subscribersStore);
  }

  page(
    workspace: WorkspaceId,
    listIds: readonly ListId[],
    after: string | undefined,
    limit: number,
  ): Promise<readonly AudienceMember[]> {
    return this.#calls.read('audience', { workspace, listIds, after: after ?? '', limit });
  }

  count(workspace: WorkspaceId, listIds: readonly ListId[]): Promise<number> {
    return this.#calls.read('count', { workspace, listIds });
  }
}

export class SqliteImports implements Imports {
  readonly #calls;
  readonly #clock: Clock;

  constructor(storage: SqliteStorage, clock: Clock) {
    this.#calls = storage.calls(subscribersStore);
    this.#clock = clock;
  }

  async insert(one: Import): Promise<void> {
    await this.#calls.write('insertImport', one);
  }

  find(workspace: WorkspaceId, id: ImportId): Promise<Import | undefined> {
    return this.#calls.read('findImport', { workspace, id });
  }

  unfinished(): Promise<Import | undefined> {
    return this.#calls.read('unfinishedImport', undefined);
  }

  isUnfinished(id: ImportId): Promise<boolean> {
    return this.#calls.read('isUnfinishedImport', { id });
  }

  commit(batch: ImportBatch): Promise<Import | 'stale'> {
    return this.#calls.write('commitBatch', commitArgs(batch, this.#clock.now()));
  }

  faults(id: ImportId, afterLine: number, limit: number): Promise<readonly ImportFault[]> {
    return this.#calls.read('importFaults', { id, after: afterLine, limit });
  }
}
