/**
 * Randomness: `unit` for jitter and sampling (0 <= x < 1, not secret), `bytes` for secrets (cryptographic).
 */
export interface Randomness {
  unit(): number;
  bytes(count: number): Uint8Array;
}
export const Randomness = Symbol('Randomness');
