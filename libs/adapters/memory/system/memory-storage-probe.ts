import { Refusal } from '#domain/kernel/refusal.js';
import type { StorageProbe } from '#ports/system/storage-probe.js';

/** Memory takes writes, until a test says that it does not. */
export class MemoryStorageProbe implements StorageProbe {
  broken = false;

  write(): Promise<void> {
    if (!this.broken) return Promise.resolve();
    return Promise.reject(new Refusal('storage_unavailable', 'The storage cannot be reached.'));
  }
}
