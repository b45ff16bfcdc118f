import type { Randomness } from '#ports/system/randomness.js';

/** Standard Webhooks: between 24 and 64 random bytes. */
const KEY_BYTES = 32;

export function newKey(randomness: Randomness): string {
  return `whsec_${Buffer.from(randomness.bytes(KEY_BYTES)).toString('base64')}`;
}
