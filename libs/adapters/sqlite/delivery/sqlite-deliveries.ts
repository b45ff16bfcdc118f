import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Delivery, DeliveryId } from '#domain/delivery/model/delivery.js';
import type { Deliveries, DeliveryQuery } from '#ports/delivery/deliveries.js';
import type { FailedStats } from '#domain/delivery/model/failed-stats.js';
import type { FailedMessages, FailedQuery } from '#ports/delivery/failed-messages.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { deliveriesStore } from './deliveries-store.js';
import { ledgerStore } from './ledger-store.js';

/** More rows in one write would keep others waiting for the writer. */
const RETRY_CHUNK = 1000;

export class SqliteDeliveries implements Deliveries {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(deliveriesStore);
  }

  find(workspace: WorkspaceId, id: DeliveryId): Promise<Delivery | undefined> {
    return this.#calls.read('find', { workspace, id });
  }

  page(workspace: WorkspaceId, query: DeliveryQuery, page: PageRequest): Promise<Page<Delivery>> {
    return this.#calls.read('page', { workspace, query, after: page.after, limit: page.limit });
  }
}

export class SqliteFailedMessages implements FailedMessages {
  readonly #reads;
  readonly #writes;

  constructor(storage: SqliteStorage) {
    this.#reads = storage.calls(deliveriesStore);
    this.#writes = storage.calls(ledgerStore);
  }

  page(workspace: WorkspaceId, query: FailedQuery, page: PageRequest): Promise<Page<Delivery>> {
    return this.#reads.read('failedPage', { workspace, query, after: page.after, limit: page.limit });
  }

  stats(workspace: WorkspaceId): Promise<FailedStats> {
    return this.#reads.read('failedStats', { workspace });
  }

  async retry(
    workspace: WorkspaceId,
    query: FailedQuery,
    limit: number,
    now: Instant,
  ): Promise<{ retried: number }> {
    let retried = 0;
    while (retried < limit) {
      const chunk = Math.min(RETRY_CHUNK, limit - retried);
      const done = await this.#writes.write('retryDead', { workspace, query, limit: chunk, now });
      retried += done.retried;
      if (done.retried < chunk) break;
    }
    return { retried };
  }

  retryOne(
    workspace: WorkspaceId,
    id: DeliveryId,
    now: Instant,
  ): Promise<'retried' | 'not_dead' | 'missing'> {
    return this.#writes.write('retryOneDead', { workspace, id, now });
  }

  resolve(
    workspace: WorkspaceId,
    id: DeliveryId,
    reason: string,
    now: Instant,
  ): Promise<'resolved' | 'not_dead' | 'missing'> {
    return this.#writes.write('resolveDead', { workspace, id, reason, now });
  }
}
