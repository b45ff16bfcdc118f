import type { CsvPosition } from '#ports/campaign/csv.js';

/** A record's own bytes, its line break not included. */
export interface RawRecord {
  readonly line: number;
  readonly bytes: Buffer;
  readonly end: CsvPosition;
  readonly fault?: 'unclosed_quote' | 'record_too_large';
}

const LF = 10;
const QUOTE = 34;
/** No record of ours is longer; a quote that is never closed is found out after this many bytes. */
export const RECORD_LIMIT = 65_536;

/**
 * Cuts a byte stream into records without decoding it: a line break inside quotes belongs to the record. When a record
 * grows past the limit, or the file ends inside quotes, its first line alone is given up and reading goes on behind it.
 */
export class RecordSplitter {
  #buffer = Buffer.alloc(0);
  /** Offset in the file of the buffer's first byte, and the line there. */
  #offset: number;
  #line: number;
  #ended = false;

  constructor(from: CsvPosition) {
    this.#offset = from.offset;
    this.#line = from.line;
  }

  *push(chunk: Uint8Array): Generator<RawRecord> {
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
    yield* this.#cut();
  }

  *end(): Generator<RawRecord> {
    this.#ended = true;
    yield* this.#cut();
  }

  *#cut(): Generator<RawRecord> {
    let at = 0;
    while (at < this.#buffer.length) {
      const found = this.#recordFrom(at);
      if (!found) break;
      const bytes = this.#buffer.subarray(at, found.until);
      const line = this.#line;
      this.#line += found.lines;
      at = Math.min(found.next, this.#buffer.length);
      const end = { offset: this.#offset + at, line: this.#line };
      yield { line, bytes: withoutReturn(bytes), end, ...(found.fault && { fault: found.fault }) };
    }
    this.#buffer = this.#buffer.subarray(at);
    this.#offset += at;
  }

  /** Where the record that begins at `from` ends; undefined while that cannot be known yet. */
  #recordFrom(from: number): { until: number; next: number; lines: number; fault?: RawRecord['fault'] } | undefined {
    const buffer = this.#buffer;
    let lines = 0;
    let searched = from;
    let quotes = 0;
    for (;;) {
      const lf = buffer.indexOf(LF, searched);
      const until = lf === -1 ? buffer.length : lf;
      quotes += countQuotes(buffer, searched, until);
      const tooLarge = until - from > RECORD_LIMIT;
      if (tooLarge && (lines > 0 || quotes % 2 === 1)) return this.#firstLine(from, 'unclosed_quote');
      if (tooLarge) return lf === -1 && !this.#ended ? undefined : this.#firstLine(from, 'record_too_large');
      if (lf === -1 && !this.#ended) return undefined;
      lines += 1;
      if (quotes % 2 === 0) return { until, next: until + 1, lines };
      if (lf === -1) return this.#firstLine(from, 'unclosed_quote');
      searched = lf + 1;
    }
  }

  #firstLine(from: number, fault: NonNullable<RawRecord['fault']>) {
    const lf = this.#buffer.indexOf(LF, from);
    if (lf === -1 && !this.#ended) return undefined;
    const until = lf === -1 ? this.#buffer.length : lf;
    return { until, next: until + 1, lines: 1, fault };
  }
}

function countQuotes(buffer: Buffer, from: number, until: number): number {
  let count = 0;
  for (let at = buffer.indexOf(QUOTE, from); at !== -1 && at < until; at = buffer.indexOf(QUOTE, at + 1)) count += 1;
  return count;
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
}
