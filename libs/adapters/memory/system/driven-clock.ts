import type { Instant } from '#domain/kernel/brand.js';
import type { Clock } from '#ports/system/clock.js';

interface Waiting {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it. */
export class DrivenClock implements Clock {
  #now: Instant;
  #monotonic = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(start: Instant = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, wake: () => void): () => void {
    const waiting = { at: this.#monotonic + Math.max(0, ms), wake };
    this.#waiting.add(waiting);
    return () => {
      this.#waiting.delete(waiting);
    };
  }

  /**
   * Moves time forward. Every `after` falling due on the way is called at its own time, the earliest first, and
   * what it started (promises, immediates) is given its turn before the next one; so is a callback set on the way.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#monotonic + ms;
    await settled();
    for (let next = this.#nextUntil(target); next; next = this.#nextUntil(target)) {
      this.#moveTo(Math.max(next.at, this.#monotonic));
      this.#waiting.delete(next);
      next.wake();
      await settled();
    }
    this.#moveTo(target);
    await settled();
  }

  /** Someone sets the wall clock: `now` jumps, durations don't. */
  setWallClock(now: Instant): void {
    this.#now = now;
  }

  /** How many callbacks are waiting: a stopped component leaves none behind. */
  get waiting(): number {
    return this.#waiting.size;
  }

  #nextUntil(target: number): Waiting | undefined {
    let next: Waiting | undefined;
    for (const one of this.#waiting) if (one.at <= target && (!next || one.at < next.at)) next = one;
    return next;
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}

/** Lets pending promise callbacks run, chains of them too, without waiting for any I/O. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
