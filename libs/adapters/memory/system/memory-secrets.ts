import type { Randomness } from '#ports/system/randomness.js';
import type { Secrets } from '#ports/system/secrets.js';

/** Secrets that last as long as the process. */
export class MemorySecrets implements Secrets {
  readonly #randomness: Randomness;
  readonly #known = new Map<string, Uint8Array>();

  constructor(randomness: Randomness) {
    this.#randomness = randomness;
  }

  generated(name: string): Promise<Uint8Array> {
    const secret = this.#known.get(name) ?? this.#randomness.bytes(32);
    this.#known.set(name, secret);
    return Promise.resolve(Uint8Array.from(secret));
  }
}
