import type { FakeClock } from './clock.js';

/** When something that a bench looks for came in. `at` in epoch milliseconds. */
export interface Arrival {
  readonly name: string;
  readonly at: number;
}

const LONGEST_NAME = 64;
const NAME = /^[A-Za-z0-9.]*/;

/**
 * Notes when names that begin with a mark come by in bodies that nobody keeps: a few messages among very many, each by the
 * address that it is for. The mark should begin with a letter that mails seldom have: looking for it then costs next to nothing.
 */
export class Arrivals {
  readonly #mark: Buffer;
  readonly #clock: FakeClock;
  #noted: Arrival[] = [];

  constructor(mark: string, clock: FakeClock) {
    this.#mark = Buffer.from(mark);
    this.#clock = clock;
  }

  get all(): readonly Arrival[] {
    return this.#noted;
  }

  clear(): void {
    this.#noted = [];
  }

  /** Reads one body, chunk by chunk. A name that stands in it several times has come once. */
  reader(): (chunk: Buffer) => void {
    const seen = new Set<string>();
    let tail: Buffer = Buffer.alloc(0);
    return (chunk) => {
      // What could not be read to its end in the chunk before goes on at the beginning of this one.
      const seam = Buffer.concat([tail, chunk.subarray(0, LONGEST_NAME)]);
      this.#look(tail.length > 0 ? seam : chunk, tail.length || chunk.length, seen);
      if (tail.length > 0) this.#look(chunk, chunk.length, seen);
      tail = unread(chunk.length < LONGEST_NAME ? seam : chunk, this.#mark);
    };
  }

  /** Names that begin before `end`. */
  #look(bytes: Buffer, end: number, seen: Set<string>): void {
    for (
      let at = bytes.indexOf(this.#mark);
      at !== -1 && at < end;
      at = bytes.indexOf(this.#mark, at + this.#mark.length)
    ) {
      const after = bytes.toString('latin1', at + this.#mark.length, at + LONGEST_NAME);
      const rest = NAME.exec(after)?.[0] ?? '';
      // It may go on in the next chunk.
      if (rest.length === after.length) continue;
      const name = this.#mark.toString() + rest;
      if (seen.has(name)) continue;
      seen.add(name);
      this.#noted.push({ name, at: this.#clock.now() });
    }
  }
}

/** The end of what was read, if a name may begin in it. */
function unread(bytes: Buffer, mark: Buffer): Buffer {
  const end = bytes.subarray(-LONGEST_NAME);
  const at = end.lastIndexOf(mark.subarray(0, 1));
  return at === -1 ? Buffer.alloc(0) : Buffer.from(end.subarray(at));
}
