import type { Instant } from '#domain/kernel/brand.js';
import type { Timer, Timers } from '#ports/events/timers.js';

export class MemoryTimers implements Timers {
  readonly #timers = new Map<string, Timer>();
  readonly #listeners = new Set<() => void>();

  set(timer: Timer): Promise<void> {
    this.#timers.set(nameOf(timer.kind, timer.key), { kind: timer.kind, key: timer.key, at: timer.at });
    for (const wake of this.#listeners) wake();
    return Promise.resolve();
  }

  cancel(kind: string, key: string): Promise<void> {
    this.#timers.delete(nameOf(kind, key));
    return Promise.resolve();
  }

  due(now: Instant, limit: number): Promise<readonly Timer[]> {
    const due = this.#inOrder().filter((timer) => timer.at <= now);
    return Promise.resolve(due.slice(0, limit));
  }

  done(timer: Timer): Promise<void> {
    const name = nameOf(timer.kind, timer.key);
    if (this.#timers.get(name)?.at === timer.at) this.#timers.delete(name);
    return Promise.resolve();
  }

  next(): Promise<Instant | undefined> {
    return Promise.resolve(this.#inOrder()[0]?.at);
  }

  onSet(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  #inOrder(): Timer[] {
    return [...this.#timers.values()].sort((a, b) => a.at - b.at);
  }
}

function nameOf(kind: string, key: string): string {
  return `${kind}\u0000${key}`;
}
