import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import type { CsvPosition, CsvReader, CsvRecord, CsvShape } from '#ports/campaign/csv.js';
import { type RawRecord, RecordSplitter } from './record-splitter.js';

const DELIMITERS = [',', ';', '\t'];
/** Records handed on together: enough to be worth a transaction, few enough to parse in a few milliseconds. */
const BATCH = 500;

/** CSV by the csv-parse package, record by record: our own splitter finds where each begins, so that one bad row stays one. */
export class CsvParseReader implements CsvReader {
  async shape(bytes: AsyncIterable<Uint8Array>): Promise<CsvShape | undefined> {
    for await (const records of splitting(bytes, { offset: 0, line: 1 })) {
      const first = records.find((record) => record.bytes.length > 0);
      if (!first) continue;
      const text = decode(first.bytes)?.replace(/^\uFEFF/, '');
      if (text === undefined || first.fault) return undefined;
      const delimiter = sniff(text);
      const header = fieldsOf(text, delimiter)?.map((name) => name.trim());
      return header && { header, delimiter, end: first.end };
    }
    return undefined;
  }

  async *records(
    bytes: AsyncIterable<Uint8Array>,
    from: CsvPosition,
    { delimiter, header }: Pick<CsvShape, 'delimiter' | 'header'>,
  ): AsyncIterable<readonly CsvRecord[]> {
    for await (const raw of splitting(bytes, from)) {
      for (let at = 0; at < raw.length; at += BATCH) yield readBatch(raw.slice(at, at + BATCH), delimiter, header.length);
    }
  }
}

async function* splitting(bytes: AsyncIterable<Uint8Array>, from: CsvPosition): AsyncIterable<RawRecord[]> {
  const splitter = new RecordSplitter(from);
  for await (const chunk of bytes) yield [...splitter.push(chunk)];
  yield [...splitter.end()];
}

/** All of them in one go, which is fast; if any has a fault, one by one. */
function readBatch(raw: readonly RawRecord[], delimiter: string, columns: number): CsvRecord[] {
  const records = raw.filter(({ bytes }) => bytes.length > 0);
  const sound = records.every(({ fault, bytes }) => !fault && isUtf8(bytes) && !bytes.includes(0));
  const rows = sound ? parseAll(records, delimiter, columns) : undefined;
  if (!rows) return records.map((record) => readOne(record, delimiter, columns));
  return records.map(({ line, end }, i) => ({ kind: 'record', line, fields: rows[i] ?? [], end }));
}

function parseAll(records: readonly RawRecord[], delimiter: string, columns: number): string[][] | undefined {
  try {
    const text = records.map(({ bytes }) => bytes.toString()).join('\n');
    const rows: string[][] = parse(text, { delimiter, relax_column_count: true });
    return rows.length === records.length && rows.every((row) => row.length === columns) ? rows : undefined;
  } catch {
    return undefined;
  }
}

function readOne({ line, bytes, end, fault }: RawRecord, delimiter: string, columns: number): CsvRecord {
  const refuse = (code: string, detail: string): CsvRecord => ({ kind: 'fault', line, code, detail, end });
  if (fault === 'unclosed_quote') return refuse(fault, 'A quoted field that begins on this line is never closed.');
  if (fault) return refuse(fault, 'A record takes at most 65,536 bytes.');
  const text = decode(bytes);
  if (text === undefined) return refuse('invalid_encoding', 'This line is not UTF-8. Save the file as UTF-8.');
  if (text.includes('\0')) return refuse('nul_byte', 'This line has a NUL byte in it.');
  const fields = fieldsOf(text, delimiter);
  if (!fields) return refuse('malformed_quotes', 'A quote stands where none may: double it, or quote the whole field.');
  if (fields.length !== columns) return refuse('wrong_column_count', `This row has ${fields.length} columns, the header has ${columns}.`);
  return { kind: 'record', line, fields, end };
}

function fieldsOf(text: string, delimiter: string): string[] | undefined {
  try {
    const rows: string[][] = parse(text, { delimiter, relax_column_count: true });
    return rows.length === 1 ? rows[0] : undefined;
  } catch {
    return undefined;
  }
}

function decode(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

/** The one that stands most often outside quotes in the header. */
function sniff(header: string): string {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}
