import { randomFillSync } from 'node:crypto';
import type { Randomness } from '#ports/system/randomness.js';

/** The generator is asked for so many bytes at once: an id takes ten, and asking costs as much for a thousand. */
const POOL = 4096;

export class CryptoRandomness implements Randomness {
  #pool = new Uint8Array(0);
  #used = POOL;

  unit(): number {
    return Math.random();
  }

  bytes(count: number): Uint8Array {
    if (count > POOL / 4) return randomFillSync(new Uint8Array(count));
    if (this.#used + count > POOL) {
      // A new pool, never the old one filled again: what was handed out is its owner's.
      this.#pool = randomFillSync(new Uint8Array(POOL));
      this.#used = 0;
    }
    this.#used += count;
    return this.#pool.slice(this.#used - count, this.#used);
  }
}
