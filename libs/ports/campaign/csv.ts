/** One record of a CSV, or why it is none. */
export type CsvRecord =
  | { readonly kind: 'record'; readonly line: number; readonly fields: readonly string[]; readonly end: CsvPosition }
  | { readonly kind: 'fault'; readonly line: number; readonly code: string; readonly detail: string; readonly end: CsvPosition };

/** Just behind a record: where reading may go on. */
export interface CsvPosition {
  readonly offset: number;
  /** Lines are counted from 1. */
  readonly line: number;
}

/** How a file is written, sniffed from its first line. */
export interface CsvShape {
  readonly header: readonly string[];
  readonly delimiter: string;
  readonly end: CsvPosition;
}

/**
 * Reads CSV as RFC 4180 describes it and spreadsheets write it: quoted fields with line breaks and doubled quotes,
 * CRLF or LF, a byte order mark, `,` `;` or tab between fields. Text is UTF-8.
 *
 * Guarantees: memory is bounded by one record (64 KiB) and one chunk, whatever the file. A record that cannot be read is
 * a fault of its own: the next one begins on the next line, so one bad row never costs its neighbours. Blank lines
 * are no records. Offsets and lines are the file's own: `records` read from the `end` of one goes on with the next.
 */
export interface CsvReader {
  /** @returns undefined if there is no header line */
  shape(bytes: AsyncIterable<Uint8Array>): Promise<CsvShape | undefined>;
  records(bytes: AsyncIterable<Uint8Array>, from: CsvPosition, shape: Pick<CsvShape, 'delimiter' | 'header'>): AsyncIterable<readonly CsvRecord[]>;
}
export const CsvReader = Symbol('CsvReader');
