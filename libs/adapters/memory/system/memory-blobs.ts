import type { Blobs } from '#ports/system/blobs.js';

export class MemoryBlobs implements Blobs {
  readonly #blobs = new Map<string, Buffer>();

  async put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    this.#blobs.set(name, whole);
    return { bytes: whole.byteLength };
  }

  async *open(name: string, offset: number): AsyncIterable<Uint8Array> {
    const blob = this.#blobs.get(name);
    if (!blob) throw new Error('No such blob.');
    for (let at = offset; at < blob.byteLength; at += 65_536) yield blob.subarray(at, at + 65_536);
  }

  async remove(name: string): Promise<void> {
    this.#blobs.delete(name);
  }
}
