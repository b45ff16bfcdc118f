import { isAscii, isUtf8 } from 'node:buffer';
import type { CsvPosition } from '#ports/campaign/csv.js';
import { type RawFault, type Scan, scanRecord } from './scan-record.js';

/** A record as it stands in the file, its line break not included. */
export interface RawRecord {
  readonly line: number;
  /** Where reading goes on behind it. */
  readonly end: CsvPosition;
  readonly fault?: RawFault;
  readonly stretch: Stretch;
  /** Its bytes within the stretch. */
  readonly from: number;
  readonly until: number;
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

/** Bytes looked at together: what is found out about all of them need not be asked of each record. */
export class Stretch {
  readonly #bytes: Buffer;
  /** Of nothing but whole characters, none of them NUL. */
  readonly #isSound: boolean;
  /** All of it, where a byte is a character: a record is then a piece of it, which takes no decoding. */
  readonly #ascii: string | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#isSound = isUtf8(bytes) && !bytes.includes(0);
    this.#ascii = isAscii(bytes) ? bytes.toString('latin1') : undefined;
  }

  text(from: number, until: number): string {
    return this.#ascii?.slice(from, until) ?? this.#bytes.toString('utf8', from, until);
  }

  /** Why it is no text. */
  faultIn(from: number, until: number): 'invalid_encoding' | 'nul_byte' | undefined {
    if (this.#isSound) return undefined;
    const bytes = this.#bytes.subarray(from, until);
    if (!isUtf8(bytes)) return 'invalid_encoding';
    return bytes.includes(0) ? 'nul_byte' : undefined;
  }
}

/**
 * Cuts a byte stream into records without decoding it: a line break inside quotes belongs to the record. Where a record
 * makes no sense its first line alone is given up and reading goes on behind it: a quote opened by mistake would
 * otherwise swallow the rows up to the next one. Blank lines are no records.
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

  /** Bytes in memory for what comes next, whether they are still of use or not. */
  get held(): number {
    return this.#buffer.buffer.byteLength;
  }

  push(chunk: Uint8Array): RawRecord[] {
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
    return this.#cutAll();
  }

  end(): RawRecord[] {
    this.#ended = true;
    const records = this.#cutAll();
    if (!this.#skipping) return records;
    const end = { offset: this.#offset, line: this.#line + 1 };
    const stretch = new Stretch(NOTHING);
    return [...records, { line: this.#line, end, fault: this.#skipping, stretch, from: 0, until: 0 }];
  }

  #cutAll(): RawRecord[] {
    const records: RawRecord[] = [];
    const bytes = this.#buffer;
    const stretch = new Stretch(bytes.subarray(0, this.#ended ? bytes.length : bytes.lastIndexOf(LF) + 1));
    this.#quote = bytes.indexOf(QUOTE);
    let at = 0;
    while (at < bytes.length) {
      // A blank line, the quick way.
      if (bytes[at] === LF && !this.#skipping) {
        at += 1;
        this.#line += 1;
        continue;
      }
      const cut = this.#cut(at);
      if (!cut) break;
      const { fault } = cut;
      const line = this.#line;
      this.#line += cut.lines;
      const until = cut.until > at && bytes[cut.until - 1] === CR ? cut.until - 1 : cut.until;
      const end = { offset: this.#offset + cut.next, line: this.#line };
      if (fault) records.push({ line, end, stretch, from: at, until, fault });
      else if (until > at) records.push({ line, end, stretch, from: at, until });
      at = cut.next;
    }
    if (this.#skipping) at = bytes.length;
    this.#buffer = bytes.subarray(at);
    this.#offset += at;
    return records;
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
