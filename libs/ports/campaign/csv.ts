/** One record of a CSV, or why it is none. */
export type CsvRecord =
  | {
      readonly kind: 'record';
      readonly line: number;
      readonly fields: readonly string[];
      readonly end: CsvPosition;
    }
  | {
      readonly kind: 'fault';
      readonly line: number;
      readonly code: string;
      readonly detail: string;
      readonly end: CsvPosition;
    };

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
 * Guarantees
 * - Memory is bounded by one record (64 KiB) and one chunk, whatever the file; so is the time spent on a byte.
 * - What is read depends on the file alone, not on how its bytes fall into chunks. Offsets and lines are the file's own:
 *   `records` read from the `end` of any record goes on with the next one.
 * - Every record has as many fields as the header; blank lines are no records.
 * - One bad row never costs its neighbours: where a record cannot be read, the line it begins on is given up, alone, and
 *   reading goes on with the next line. A quote that is never closed would otherwise swallow what follows.
 *   Codes: `unclosed_quote`, `malformed_quotes`, `wrong_column_count`, `invalid_encoding`, `nul_byte`, `record_too_large`.
 */
export interface CsvReader {
  /** @returns undefined if there is no header line */
  shape(bytes: AsyncIterable<Uint8Array>): Promise<CsvShape | undefined>;
  records(
    bytes: AsyncIterable<Uint8Array>,
    from: CsvPosition,
    shape: Pick<CsvShape, 'delimiter' | 'header'>,
  ): AsyncIterable<readonly CsvRecord[]>;
}
export const CsvReader = Symbol('CsvReader');
