import type { Instant } from '#domain/kernel/brand.js';
import type { IntegrationEvent, StoredEvent } from '#domain/kernel/events.js';
import type { Outbox } from '#ports/events/outbox.js';
import type { SqliteStorage, StoreCalls } from '../engine/storage-client.js';
import { outboxStore } from './outbox-store.js';

export class SqliteOutbox implements Outbox {
  readonly #storage: SqliteStorage;
  readonly #calls: StoreCalls<typeof outboxStore.writes, typeof outboxStore.reads>;

  constructor(storage: SqliteStorage) {
    this.#storage = storage;
    this.#calls = storage.calls(outboxStore);
  }

  async untold(limit: number): Promise<readonly StoredEvent[]> {
    const rows = await this.#calls.read('untold', { limit });
    return rows.map(({ seq, at, payload }) => ({ seq, at, event: JSON.parse(payload) as IntegrationEvent }));
  }

  async told(seqs: readonly number[]): Promise<void> {
    if (seqs.length > 0) await this.#calls.write('told', { seqs });
  }

  onAppended(wake: () => void): () => void {
    return this.#storage.on('outbox', wake);
  }

  append(event: IntegrationEvent, at: Instant): Promise<void> {
    return this.#calls.write('append', { event, at });
  }
}
