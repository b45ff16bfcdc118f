/**
 * Large byte strings by name.
 *
 * Guarantees: when `put` resolves the bytes are durable and are all there or the name does not exist; a stream that fails
 * leaves nothing. `open` reads from a byte offset to the end. Names are made by us (`imp_…`), never by a user.
 */
export interface Blobs {
  put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ readonly bytes: number }>;
  open(name: string, offset: number): AsyncIterable<Uint8Array>;
  remove(name: string): Promise<void>;
}
export const Blobs = Symbol('Blobs');
