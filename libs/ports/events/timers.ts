import type { Instant } from '#domain/kernel/brand.js';

/** Something to do at a time: `kind` chooses the handler, `key` identifies it within the kind. */
export interface Timer {
  readonly kind: string;
  readonly key: string;
  readonly at: Instant;
}

/**
 * Durable alarms.
 *
 * Guarantees: one timer per (kind, key): setting it again moves it. A due timer is returned by `due` until `done`,
 * so it rings at least once and its handler is idempotent. Never early; late by up to the resolution of the target
 * (a minute on the coarsest). `done` removes it only if it still has the given instant, so one moved meanwhile survives.
 * `onSet` is a hint to look again, and may be missed: another process may have set one.
 */
export interface Timers {
  set(timer: Timer): Promise<void>;
  cancel(kind: string, key: string): Promise<void>;
  due(now: Instant, limit: number): Promise<readonly Timer[]>;
  done(timer: Timer): Promise<void>;
  /** When the next one is due, if any. */
  next(): Promise<Instant | undefined>;
  onSet(wake: () => void): () => void;
}
export const Timers = Symbol('Timers');
