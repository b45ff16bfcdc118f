import type { Instant } from '#domain/kernel/brand.js';
import type { Timer, Timers } from '#ports/events/timers.js';
import type { SqliteStorage, StoreCalls } from '../engine/storage-client.js';
import { timersStore } from './timers-store.js';

export class SqliteTimers implements Timers {
  readonly #storage: SqliteStorage;
  readonly #calls: StoreCalls<typeof timersStore.writes, typeof timersStore.reads>;

  constructor(storage: SqliteStorage) {
    this.#storage = storage;
    this.#calls = storage.calls(timersStore);
  }

  set({ kind, key, at }: Timer): Promise<void> {
    // Somebody waits for the answer to what the timer is for: it is not to wait behind a newsletter.
    return this.#calls.write('set', { kind, key, at }, { urgent: true });
  }

  async cancel(kind: string, key: string): Promise<void> {
    await this.#calls.write('cancel', { kind, key });
  }

  async due(now: Instant, limit: number): Promise<readonly Timer[]> {
    const rows = await this.#calls.read('due', { now, limit });
    // node:sqlite answers rows without a prototype; a plain object is what everybody else hands around.
    return rows.map(({ kind, key, at }) => ({ kind, key, at }));
  }

  async done({ kind, key, at }: Timer): Promise<void> {
    await this.#calls.write('done', { kind, key, at });
  }

  next(): Promise<Instant | undefined> {
    return this.#calls.read('next', {});
  }

  onSet(wake: () => void): () => void {
    return this.#storage.on('timers', wake);
  }
}
