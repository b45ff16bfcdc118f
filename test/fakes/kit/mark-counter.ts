/**
 * Counts how often a mark stands in a body, chunk by chunk: enough to know how many mails a batch holds, at a small part
 * of what parsing it (or only putting it together) would cost.
 */
export class MarkCounter {
  readonly #mark: Buffer;
  #tail: Buffer = Buffer.alloc(0);
  count = 0;

  constructor(mark: Buffer) {
    this.#mark = mark;
  }

  push(chunk: Buffer): void {
    const overlap = this.#mark.length - 1;
    // One byte too short on either side to hold a mark alone, so what is found here lies across the seam.
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, overlap)]);
    this.count += occurrences(seam, this.#mark) + occurrences(chunk, this.#mark);
    this.#tail = Buffer.from((chunk.length < overlap ? seam : chunk).subarray(-overlap));
  }
}

export function occurrences(body: Buffer, mark: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + mark.length)) count += 1;
  return count;
}
