/**
 * Whether work could be accepted right now.
 *
 * Guarantees: `write` resolves only after a small write became durable, by the way that every other write takes. It
 * rejects with a Refusal `storage_full` or `storage_unavailable`, or whatever a write would fail with.
 */
export interface StorageProbe {
  write(): Promise<void>;
}
export const StorageProbe = Symbol('StorageProbe');
