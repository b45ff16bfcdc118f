const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Why a line is no record. */
export type RawFault =
  | { readonly code: 'unclosed_quote' | 'malformed_quotes' | 'record_too_large' }
  | { readonly code: 'wrong_column_count'; readonly columns: number };

/** Where a record ends and what it holds, what is wrong with it, or that more bytes are needed to tell. */
export type Scan =
  | {
      /** Behind the last byte of the record, its line break excluded. */
      readonly until: number;
      /** Behind its line break. */
      readonly next: number;
      readonly lines: number;
      readonly columns: number;
    }
  | { readonly fault: RawFault }
  | 'more';

export interface Stretch {
  readonly bytes: Buffer;
  readonly from: number;
  /** No byte from here on is looked at. */
  readonly stop: number;
  /** Why: the file ends there, a record may not be longer, or the rest has not come yet. */
  readonly because: 'end' | 'limit' | 'wait';
  readonly delimiters: ReadonlySet<number>;
}

/** Reads one record that may have quoted fields, byte by byte: RFC 4180, the quote standing only where a field begins. */
export function scanRecord(stretch: Stretch): Scan {
  const { bytes, from, stop, delimiters } = stretch;
  let at = from;
  let lines = 1;
  for (let columns = 1; ; columns++) {
    if (at < stop && bytes[at] === QUOTE) {
      const closing = closingQuote(stretch, at + 1);
      if (closing === -1) return stretch.because === 'wait' ? 'more' : faulty('unclosed_quote');
      lines += countLines(bytes, at, closing);
      at = closing + 1;
    } else {
      at = endOfBare(stretch, at);
    }
    if (at >= stop) return atStop(stretch, lines, columns);
    const byte = bytes[at] ?? LF;
    if (byte === CR && at + 1 >= stop) return atStop(stretch, lines, columns);
    if (byte === LF || (byte === CR && bytes[at + 1] === LF)) {
      return { until: at, next: at + (byte === LF ? 1 : 2), lines, columns };
    }
    // A closed quote with text behind it on a later line: more likely it was opened by mistake on the first.
    if (!delimiters.has(byte)) return faulty(lines > 1 ? 'unclosed_quote' : 'malformed_quotes');
    at += 1;
  }
}

/** The quote that closes a field, not one of a doubled pair; -1 if there is none before the stop. */
function closingQuote({ bytes, stop }: Stretch, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at !== -1 && at < stop; at = bytes.indexOf(QUOTE, at + 2)) {
    if (at + 1 >= stop || bytes[at + 1] !== QUOTE) return at;
  }
  return -1;
}

/** The end of a field without quotes: its delimiter, its line's end, the stop, or a quote that may not stand there. */
function endOfBare({ bytes, stop, delimiters }: Stretch, from: number): number {
  for (let at = from; at < stop; at++) {
    const byte = bytes[at] ?? LF;
    if (byte === LF || byte === QUOTE || delimiters.has(byte)) return lineEnd(bytes, from, at);
  }
  return stop;
}

function lineEnd(bytes: Buffer, from: number, at: number): number {
  return bytes[at] === LF && at > from && bytes[at - 1] === CR ? at - 1 : at;
}

function countLines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(LF, from); at !== -1 && at < to; at = bytes.indexOf(LF, at + 1)) count += 1;
  return count;
}

function atStop({ stop, because }: Stretch, lines: number, columns: number): Scan {
  if (because === 'wait') return 'more';
  return because === 'end' ? { until: stop, next: stop, lines, columns } : faulty('record_too_large');
}

function faulty(code: 'unclosed_quote' | 'malformed_quotes' | 'record_too_large'): Scan {
  return { fault: { code } };
}
