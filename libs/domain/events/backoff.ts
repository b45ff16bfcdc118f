import type { Randomness } from '#ports/system/randomness.js';

const FIRST_MS = 500;
const LONGEST_MS = 5 * 60_000;

/** Full jitter: anything up to a bound that doubles with each failure, so that many that failed together part ways. */
export function backoffMs(failures: number, randomness: Randomness): number {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(1, Math.floor(randomness.unit() * bound));
}
