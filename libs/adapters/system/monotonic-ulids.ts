import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { Randomness } from '#ports/system/randomness.js';
import { digitsText, encodeTime, randomDigits } from '#domain/kernel/ulid.js';

/**
 * ULIDs (https://github.com/ulid/spec) in lowercase. Within a millisecond, and while the clock is set back, the
 * random part counts up by one, so that ids of one process always sort in the order they were made.
 */
export class MonotonicUlids implements Ids {
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  #time = -1;
  #timeText = '';
  #digits: number[] = [];

  constructor(clock: Clock, randomness: Randomness) {
    this.#clock = clock;
    this.#randomness = randomness;
  }

  next<P extends string>(prefix: P): `${P}_${string}` {
    const now = this.#clock.now();
    if (now > this.#time) this.#restart(now);
    else if (!increment(this.#digits)) this.#restart(this.#time + 1);
    return `${prefix}_${this.#timeText}${digitsText(this.#digits)}`;
  }

  #restart(time: number): void {
    this.#time = time;
    this.#timeText = encodeTime(time);
    this.#digits = randomDigits(this.#randomness.bytes(10));
  }
}

/** Adds one; false when all 80 bits were ones. */
function increment(digits: number[]): boolean {
  for (let i = digits.length - 1; i >= 0; i--) {
    const digit = digits[i] ?? 0;
    if (digit < 31) {
      digits[i] = digit + 1;
      return true;
    }
    digits[i] = 0;
  }
  return false;
}
