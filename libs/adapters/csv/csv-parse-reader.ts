import { setImmediate } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import type { CsvPosition, CsvReader, CsvRecord, CsvShape } from '#ports/campaign/csv.js';
import { type RawRecord, RecordSplitter } from './record-splitter.js';
import type { RawFault } from './scan-record.js';

const DELIMITERS = ',;\t';
/** Records handed on together: what becomes of them all takes a few milliseconds. */
const BATCH = 250;
/**
 * Bytes looked at in one go: so many that a stream of small chunks is not searched again with each of them, so few that even
 * records of two characters, thousands of them, are cut in a few milliseconds.
 */
const STRETCH = 16_384;

type Fault = RawFault | { readonly code: 'invalid_encoding' | 'nul_byte' };

/**
 * CSV by the csv-parse package, where there are quotes; our own splitter finds where each record begins, so that one bad row
 * stays one. A record without a quote is cut at its delimiters, which is five times as quick and all there is to it.
 */
export class CsvParseReader implements CsvReader {
  async shape(bytes: AsyncIterable<Uint8Array>): Promise<CsvShape | undefined> {
    const splitter = new RecordSplitter({ offset: 0, line: 1 }, DELIMITERS, undefined);
    for await (const [first] of splitting(bytes, splitter)) {
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
      waiting = waiting.concat(records);
      const whole = waiting.length - (waiting.length % BATCH);
      for (let at = 0; at < whole; at += BATCH) {
        yield readBatch(waiting.slice(at, at + BATCH), delimiter, header.length);
        // The thread has others to serve: a file that is in memory already would keep it for all of its rows.
        await setImmediate();
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
    const gathered = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (let at = 0; at < length; at += STRETCH) yield splitter.push(gathered.subarray(at, at + STRETCH));
    [chunks, length] = [[], 0];
  }
  yield [...splitter.push(Buffer.concat(chunks)), ...splitter.end()];
}

function shapeOf(first: RawRecord): CsvShape | undefined {
  if (faultOf(first)) return undefined;
  const text = textOf(first).replace(/^\uFEFF/, '');
  const delimiter = sniff(text);
  const header = fieldsOf(text, delimiter)?.map((name) => name.trim());
  return header && { header, delimiter, end: first.end };
}

function readBatch(raw: readonly RawRecord[], delimiter: string, columns: number): CsvRecord[] {
  const quoted: string[] = [];
  const found = raw.map((record): Fault | readonly string[] | number => {
    const fault = faultOf(record);
    if (fault) return fault;
    const text = textOf(record);
    return text.includes('"') ? quoted.push(text) - 1 : text.split(delimiter);
  });
  const rows = parseAll(quoted, delimiter);
  return raw.map((record, at) => {
    const one = found[at] ?? -1;
    const read = typeof one === 'number' ? rows[one] : one;
    return recordOf(record, read ?? { code: 'malformed_quotes' }, columns);
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
function faultOf({ fault, stretch, from, until }: RawRecord): Fault | undefined {
  if (fault) return fault;
  const code = stretch.faultIn(from, until);
  return code && { code };
}

function textOf({ stretch, from, until }: RawRecord): string {
  return stretch.text(from, until);
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

/** In one go, which is many times quicker than one by one; should they fall apart differently than we cut them, not. */
function parseAll(texts: readonly string[], delimiter: string): (readonly string[] | undefined)[] {
  const together = texts.length > 0 ? parseText(texts.join('\n'), delimiter) : [];
  return together?.length === texts.length ? together : texts.map((text) => fieldsOf(text, delimiter));
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
