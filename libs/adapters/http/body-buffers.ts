/** Of what is larger only its own call has any use. */
const KEPT_BYTES = 1024 * 1024;

/**
 * Memory for request bodies, used again and again: half a megabyte that is new for every call takes the kernel and the
 * collector more time than filling it takes us.
 */
export class BodyBuffers {
  readonly #most: number;
  readonly #free: Buffer[] = [];

  /** @param most buffers that are kept: as many as there are calls at once */
  constructor(most: number) {
    this.#most = most;
  }

  /** At least so many bytes, with whatever stands in them. */
  take(bytes: number): Buffer {
    const free = this.#free.pop();
    if (free && free.length >= bytes) return free;
    // Rounded up, so that it does for the next body too, if that is a little longer.
    return Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(Math.max(bytes, 1024))));
  }

  /**
   * Only for a body that nobody reads any more: one whose call was answered as only a server answers that has read it
   * all. A body that a connection still holds would go out with another call's messages in it.
   */
  giveBack({ buffer }: Buffer): void {
    if (buffer.byteLength <= KEPT_BYTES && this.#free.length < this.#most)
      this.#free.push(Buffer.from(buffer));
  }
}
