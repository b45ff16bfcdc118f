import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import type { CsvPosition, CsvReader, CsvRecord, CsvShape } from '#ports/campaign/csv.js';
import { type RawRecord, RecordSplitter } from './record-splitter.js';
import type { RawFault } from './scan-record.js';

const DELIMITERS = ',;\t';
/** Records handed on together: enough to be worth a transaction, few enough to parse in a few milliseconds. */
const BATCH = 500;
/** Bytes looked at in one go. A stream of small chunks would otherwise be searched again with each of them. */
const STRETCH = 65_536;

type Fault = RawFault | { readonly code: 'invalid_encoding' | 'nul_byte' };

/** CSV by the csv-parse package; our own splitter finds where each record begins, so that one bad row stays one. */
export class CsvParseReader implements CsvReader {
  async shape(bytes: AsyncIterable<Uint8Array>): Promise<CsvShape | undefined> {
    const splitter = new RecordSplitter({ offset: 0, line: 1 }, DELIMITERS, undefined);
    for await (const records of splitting(bytes, splitter)) {
      const first = records.find(isWritten);
      if (first) return first.fault ? undefined : shapeOf(first);
    }
    return undefined;
  }

  async *records(
    bytes: AsyncIterable<Uint8Array>,
    from: CsvPosition,
    { delimiter, header }: Pick<CsvShape, 'delimiter' | 'header'>,
  ): AsyncIterable<readonly CsvRecord[]> {
    const splitter = new RecordSplitter(from, delimiter, header.length);
    let waiting: RawRecord[] = [];
    for await (const records of splitting(bytes, splitter)) {
      waiting = waiting.concat(records.filter(isWritten));
      const whole = waiting.length - (waiting.length % BATCH);
      for (let at = 0; at < whole; at += BATCH) {
        yield readBatch(waiting.slice(at, at + BATCH), delimiter, header.length);
      }
      waiting = waiting.slice(whole);
    }
    if (waiting.length > 0) yield readBatch(waiting, delimiter, header.length);
  }
}

async function* splitting(
  bytes: AsyncIterable<Uint8Array>,
  splitter: RecordSplitter,
): AsyncIterable<RawRecord[]> {
  let chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length < STRETCH) continue;
    yield [...splitter.push(Buffer.concat(chunks))];
    [chunks, length] = [[], 0];
  }
  yield [...splitter.push(Buffer.concat(chunks)), ...splitter.end()];
}

/** False for a blank line. */
function isWritten({ bytes, fault }: RawRecord): boolean {
  return bytes.length > 0 || fault !== undefined;
}

function shapeOf({ bytes, end }: RawRecord): CsvShape | undefined {
  if (!isUtf8(bytes) || bytes.includes(0)) return undefined;
  const text = bytes.toString().replace(/^\uFEFF/, '');
  const delimiter = sniff(text);
  const header = fieldsOf(text, delimiter)?.map((name) => name.trim());
  return header && { header, delimiter, end };
}

function readBatch(raw: readonly RawRecord[], delimiter: string, columns: number): CsvRecord[] {
  const found = raw.map((record) => ({ record, fault: faultOf(record) }));
  const sound = found.flatMap(({ record, fault }) => (fault ? [] : [record.bytes.toString()]));
  // All in one go, which is many times quicker than one by one; should they fall apart differently than we cut them, not.
  const together = parseText(sound.join('\n'), delimiter);
  const rows = together?.length === sound.length ? together : sound.map((text) => fieldsOf(text, delimiter));
  let next = 0;
  return found.map(({ record, fault }) => {
    const fields = fault ? undefined : rows[next++];
    return recordOf(record, fields ?? fault ?? { code: 'malformed_quotes' }, columns);
  });
}

function recordOf(
  { line, end }: Pick<RawRecord, 'line' | 'end'>,
  read: readonly string[] | Fault,
  columns: number,
): CsvRecord {
  if ('code' in read) return { kind: 'fault', line, code: read.code, detail: wordsFor(read, columns), end };
  if (read.length === columns) return { kind: 'record', line, fields: read, end };
  return recordOf({ line, end }, { code: 'wrong_column_count', columns: read.length }, columns);
}

/** What can be told without parsing it. */
function faultOf({ fault, bytes }: RawRecord): Fault | undefined {
  if (fault) return fault;
  if (!isUtf8(bytes)) return { code: 'invalid_encoding' };
  return bytes.includes(0) ? { code: 'nul_byte' } : undefined;
}

function wordsFor(fault: Fault, columns: number): string {
  switch (fault.code) {
    case 'invalid_encoding':
      return 'This row is not UTF-8. Save the file as UTF-8.';
    case 'nul_byte':
      return 'This row has a NUL byte in it.';
    case 'unclosed_quote':
      return 'A quote that opens on this line is never closed.';
    case 'malformed_quotes':
      return 'A quote stands where none may: double it, and quote the whole field.';
    case 'record_too_large':
      return 'A row takes at most 65,536 bytes.';
    case 'wrong_column_count':
      return `This row has ${fault.columns} columns, the header has ${columns}.`;
  }
}

function fieldsOf(text: string, delimiter: string): string[] | undefined {
  const rows = parseText(text, delimiter);
  return rows?.length === 1 ? rows[0] : undefined;
}

function parseText(text: string, delimiter: string): string[][] | undefined {
  try {
    return parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true });
  } catch {
    return undefined;
  }
}

/** The one that stands most often outside quotes in the header. */
function sniff(header: string): string {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  const counts = [...DELIMITERS].map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS.charAt(counts.indexOf(Math.max(...counts)));
}
