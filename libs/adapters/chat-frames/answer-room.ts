/** As it goes over the wire. */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** How much more an answer takes. What is taken first always has room: something has to get through. */
export class AnswerRoom {
  readonly #bytes: number;
  #used = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get used(): number {
    return this.#used;
  }

  takes(value: object): boolean {
    const bytes = bytesOf(value);
    if (this.#used > 0 && this.#used + bytes > this.#bytes) return false;
    this.#used += bytes;
    return true;
  }
}
