import type { CsvPosition } from '#ports/campaign/csv.js';
import { type RawFault, type Scan, scanRecord } from './scan-record.js';

/** A record's own bytes, its line break not included. */
export interface RawRecord {
  readonly line: number;
  readonly bytes: Buffer;
  readonly end: CsvPosition;
  readonly fault?: RawFault;
}

/** No record of ours is longer, in bytes; a quote that is never closed is found out after this many. */
export const RECORD_LIMIT = 65_536;

const LF = 10;
const CR = 13;
const QUOTE = 34;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
const NOTHING: Buffer = Buffer.alloc(0);

interface Cut {
  readonly until: number;
  readonly next: number;
  readonly lines: number;
  readonly fault?: RawFault;
}

/**
 * Cuts a byte stream into records without decoding it: a line break inside quotes belongs to the record. Where a record
 * makes no sense its first line alone is given up and reading goes on behind it: a quote opened by mistake would
 * otherwise swallow the rows up to the next one.
 */
export class RecordSplitter {
  #buffer: Buffer = NOTHING;
  /** Offset in the file of the buffer's first byte, and the line there. */
  #offset: number;
  #line: number;
  #ended = false;
  /** A line that is too long to be kept is passed over. */
  #skipping: RawFault | undefined;
  /** The first quote in the buffer at or behind what has been cut; -1 if there is none. */
  #quote = -1;
  readonly #delimiters: ReadonlySet<number>;
  readonly #columns: number | undefined;

  /** @param columns how many a record of several lines must have; undefined while that is not known */
  constructor(from: CsvPosition, delimiters: string, columns: number | undefined) {
    this.#offset = from.offset;
    this.#line = from.line;
    this.#delimiters = new Set(Buffer.from(delimiters));
    this.#columns = columns;
  }

  *push(chunk: Uint8Array): Generator<RawRecord> {
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
    yield* this.#cutAll();
  }

  *end(): Generator<RawRecord> {
    this.#ended = true;
    yield* this.#cutAll();
    if (!this.#skipping) return;
    const end = { offset: this.#offset, line: this.#line + 1 };
    yield { line: this.#line, bytes: NOTHING, end, fault: this.#skipping };
  }

  *#cutAll(): Generator<RawRecord> {
    this.#quote = this.#buffer.indexOf(QUOTE);
    let at = 0;
    while (at < this.#buffer.length) {
      const cut = this.#cut(at);
      if (!cut) break;
      const line = this.#line;
      this.#line += cut.lines;
      const bytes = withoutReturn(this.#buffer.subarray(at, cut.until));
      at = cut.next;
      const end = { offset: this.#offset + at, line: this.#line };
      yield { line, bytes, end, ...(cut.fault && { fault: cut.fault }) };
    }
    if (this.#skipping) at = this.#buffer.length;
    this.#buffer = this.#buffer.subarray(at);
    this.#offset += at;
  }

  /** The record that begins at `from`; undefined while it cannot be told where it ends. */
  #cut(from: number): Cut | undefined {
    const scan = this.#skipping ? { fault: this.#skipping } : this.#scan(from);
    if (scan === 'more') return undefined;
    if (!('fault' in scan)) return scan;
    const lf = this.#buffer.indexOf(LF, from);
    this.#skipping = lf === -1 && !this.#ended ? scan.fault : undefined;
    if (this.#skipping) return undefined;
    const until = lf === -1 ? this.#buffer.length : lf;
    return { until, next: Math.min(until + 1, this.#buffer.length), lines: 1, fault: scan.fault };
  }

  /** Looks at no byte past the limit, so that what it finds does not depend on how much has come already. */
  #scan(from: number): Scan {
    const bytes = this.#buffer;
    const tooLong = bytes.length - from > RECORD_LIMIT;
    const stop = tooLong ? from + RECORD_LIMIT + 1 : bytes.length;
    const lf = bytes.indexOf(LF, from);
    if (lf !== -1 && lf < stop && !this.#quoteBefore(from, lf)) {
      return { until: lf, next: lf + 1, lines: 1, columns: NaN };
    }
    const because = tooLong ? 'limit' : this.#ended ? 'end' : 'wait';
    const scan = scanRecord({
      bytes,
      from: from + this.#markAt(from),
      stop,
      because,
      delimiters: this.#delimiters,
    });
    if (scan === 'more' || 'fault' in scan || scan.lines === 1) return scan;
    const { columns } = scan;
    const wrong = this.#columns !== undefined && columns !== this.#columns;
    return wrong ? { fault: { code: 'wrong_column_count', columns } } : scan;
  }

  #quoteBefore(from: number, to: number): boolean {
    if (this.#quote !== -1 && this.#quote < from) this.#quote = this.#buffer.indexOf(QUOTE, from);
    return this.#quote !== -1 && this.#quote < to;
  }

  /** Length of the byte order mark that a file may begin with. */
  #markAt(from: number): number {
    const begins = this.#offset + from === 0 && this.#buffer.subarray(0, 3).equals(BYTE_ORDER_MARK);
    return begins ? BYTE_ORDER_MARK.length : 0;
  }
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
}
