import type { StorageProbe } from '#ports/system/storage-probe.js';
import type { SqliteStorage, StoreCalls } from '../engine/storage-client.js';
import { storageProbeStore } from './storage-probe-store.js';

export class SqliteStorageProbe implements StorageProbe {
  readonly #calls: StoreCalls<typeof storageProbeStore.writes, typeof storageProbeStore.reads>;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(storageProbeStore);
  }

  async write(): Promise<void> {
    await this.#calls.write('mark', {}, { urgent: true });
  }
}
