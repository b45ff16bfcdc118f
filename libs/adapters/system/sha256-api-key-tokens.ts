import { hash as digest, timingSafeEqual } from 'node:crypto';
import { base32 } from '#domain/kernel/ulid.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { ApiKeyTokens } from '#ports/workspace/api-key-tokens.js';

const SECRET_BYTES = 20;

export class Sha256ApiKeyTokens implements ApiKeyTokens {
  readonly #randomness: Randomness;

  constructor(randomness: Randomness) {
    this.#randomness = randomness;
  }

  issue(keyId: string): string {
    return `phk_${keyId.slice(keyId.indexOf('_') + 1)}_${base32(this.#randomness.bytes(SECRET_BYTES))}`;
  }

  hash(token: string): Uint8Array {
    return new Uint8Array(digest('sha256', token, 'buffer'));
  }

  same(a: Uint8Array, b: Uint8Array): boolean {
    return a.length === b.length && timingSafeEqual(a, b);
  }
}
