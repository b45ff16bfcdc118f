import type { StorageProbe } from '#ports/system/storage-probe.js';
import type { DynamoTable } from '../engine/dynamo-table.js';

/** A write of the kind all others are, and of an item nobody reads: it holds up nobody. */
export class DynamoStorageProbe implements StorageProbe {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async write(): Promise<void> {
    await this.#table.put({ pk: 'STORAGEPROBE', sk: 'STORAGEPROBE' });
  }
}
