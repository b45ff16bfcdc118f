import type { StoredEvent } from '#domain/kernel/events.js';

/**
 * Events that were committed together with the change they tell of and still have to be told.
 *
 * Guarantees: an event is in here if and only if its change was committed. It stays until `told`, so each is told
 * at least once; after a crash it is told again. Order is that of commits per writer, not across the system: a
 * handler that needs order compares revisions. `onAppended` is a hint to look, and may be missed.
 */
export interface Outbox {
  untold(limit: number): Promise<readonly StoredEvent[]>;
  told(seqs: readonly number[]): Promise<void>;
  onAppended(wake: () => void): () => void;
}
export const Outbox = Symbol('Outbox');
