import type { Instant } from '#domain/kernel/brand.js';
import type { IntegrationEvent, StoredEvent } from '#domain/kernel/events.js';
import type { Outbox } from '#ports/events/outbox.js';

/** Events in memory. The memory stores append to it where a database would in the same transaction. */
export class MemoryOutbox implements Outbox {
  readonly #untold = new Map<number, StoredEvent>();
  readonly #listeners = new Set<() => void>();
  #lastSeq = 0;

  append(event: IntegrationEvent, at: Instant): void {
    const seq = ++this.#lastSeq;
    this.#untold.set(seq, { seq, at, event });
    for (const wake of this.#listeners) wake();
  }

  untold(limit: number): Promise<readonly StoredEvent[]> {
    return Promise.resolve([...this.#untold.values()].slice(0, limit));
  }

  told(seqs: readonly number[]): Promise<void> {
    for (const seq of seqs) this.#untold.delete(seq);
    return Promise.resolve();
  }

  onAppended(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }
}
