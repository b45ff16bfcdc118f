import { randomBytes } from 'node:crypto';
import type { Randomness } from '#ports/system/randomness.js';

export class CryptoRandomness implements Randomness {
  unit(): number {
    return Math.random();
  }

  bytes(count: number): Uint8Array {
    return randomBytes(count);
  }
}
