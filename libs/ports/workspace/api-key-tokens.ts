/**
 * What a caller shows at the door, and what we keep of it.
 *
 * Guarantees: `issue` makes `phk_<26 characters of the key's id>_<32 characters>`, the last part being 160 random bits.
 * `hash` is SHA-256 of the whole token, of whatever length and form. A slow hash (bcrypt, scrypt, Argon2) is for
 * secrets that people choose: it makes guessing them dear. Nobody guesses 160 random bits, while a slow hash at the
 * door would let anybody burn our processor with wrong keys. `same` takes the same time wherever the two differ.
 */
export interface ApiKeyTokens {
  issue(keyId: string): string;
  hash(token: string): Uint8Array;
  same(a: Uint8Array, b: Uint8Array): boolean;
}
export const ApiKeyTokens = Symbol('ApiKeyTokens');
