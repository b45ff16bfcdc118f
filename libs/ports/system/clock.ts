import type { Instant } from '#domain/kernel/brand.js';

/**
 * The time, and waking up later.
 *
 * Guarantees: `now` never needs I/O; it may jump either way when an operator sets the clock, so durations are
 * measured with `monotonic`, which never goes back (milliseconds from an arbitrary start). `after` calls back once,
 * no earlier than `ms` milliseconds of monotonic time later; the function it returns cancels and may be called twice.
 * A waiting `after` never keeps the process alive.
 */
export interface Clock {
  now(): Instant;
  monotonic(): number;
  after(ms: number, wake: () => void): () => void;
}
export const Clock = Symbol('Clock');
