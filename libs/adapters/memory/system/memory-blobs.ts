import type { Instant } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Blobs } from '#ports/system/blobs.js';
import type { Clock } from '#ports/system/clock.js';

interface Blob {
  readonly bytes: Buffer;
  readonly storedAt: Instant;
}

export class MemoryBlobs implements Blobs {
  readonly #blobs = new Map<string, Blob>();
  readonly #clock: Pick<Clock, 'now'>;

  /** @param clock without one, nothing grows old: `storedBefore` names nothing then */
  constructor(clock: Pick<Clock, 'now'> = { now: () => Infinity }) {
    this.#clock = clock;
  }

  async put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    this.#blobs.set(name, { bytes: whole, storedAt: this.#clock.now() });
    return { bytes: whole.byteLength };
  }

  async *open(name: string, offset: number): AsyncIterable<Uint8Array> {
    const blob = this.#blobs.get(name);
    if (!blob) throw new Refusal('not_found', 'The stored file is gone.');
    for (let at = offset; at < blob.bytes.byteLength; at += 65_536)
      yield blob.bytes.subarray(at, at + 65_536);
  }

  async remove(name: string): Promise<void> {
    this.#blobs.delete(name);
  }

  async *storedBefore(at: Instant): AsyncIterable<string> {
    for (const [name, { storedAt }] of this.#blobs) if (storedAt < at) yield name;
  }
}
