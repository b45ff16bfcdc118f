import type { Clock } from '#ports/system/clock.js';

/** Numbers of one millisecond. With 41 bits of time they stay below 2^53 until the year 2039. */
const IN_A_MILLISECOND = 4096;

/** Numbers that rise with time: within a process each is above all before it, between processes as far as their clocks agree. */
export class TimeNumbers {
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The first of so many in a row, above `after` as well. */
  next(count = 1, after = 0): number {
    const first = Math.max(this.#last + 1, after + 1, this.#clock.now() * IN_A_MILLISECOND);
    this.#last = first + count - 1;
    return first;
  }
}
