/**
 * New identifiers: `<prefix>_<26 lowercase Crockford base32 characters>` (a ULID: 48 bits of time, 80 of randomness).
 *
 * Guarantees: never the same id twice; ids made by one process in one millisecond still sort in the order they
 * were made. Across processes order is only as good as their clocks: never decide anything by comparing ids.
 */
export interface Ids {
  next<P extends string>(prefix: P): `${P}_${string}`;
}
export const Ids = Symbol('Ids');
