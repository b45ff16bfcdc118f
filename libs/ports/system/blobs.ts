import type { Instant } from '#domain/kernel/brand.js';

/**
 * Large byte strings by name. Names are made by us (`imp_…`), never by a user.
 *
 * Guarantees
 * - When `put` resolves the bytes are durable and all there, in the place of what had the name before. When it fails nothing
 *   of a stream that broke off or did not fit is left, under any name. It refuses with `storage_full` where there is no room.
 * - `open` reads from a byte offset to the end. It refuses with `not_found`, at the first read, if nothing has that name (any
 *   more): asking again is of no use then.
 * - `remove` may be asked twice.
 * - `storedBefore` names what was stored before an instant, in no order; what comes or goes meanwhile may be named or not.
 */
export interface Blobs {
  put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ readonly bytes: number }>;
  open(name: string, offset: number): AsyncIterable<Uint8Array>;
  remove(name: string): Promise<void>;
  storedBefore(at: Instant): AsyncIterable<string>;
}
export const Blobs = Symbol('Blobs');
