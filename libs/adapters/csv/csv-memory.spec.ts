import { describe, expect, it } from '@jest/globals';
import { CsvParseReader } from './csv-parse-reader.js';
import { RECORD_LIMIT, RecordSplitter } from './record-splitter.js';

const MB = 1024 * 1024;
const CHUNK = 64 * 1024;
const START = { offset: 0, line: 1 };

/** A file of so many megabytes: its beginning, then the same over and over. */
function* chunks(begin: string, repeated: string, megabytes: number): Generator<Buffer> {
  yield Buffer.from(begin);
  const rest = Buffer.alloc(CHUNK, repeated);
  for (let i = 0; i < (megabytes * MB) / CHUNK; i++) yield rest;
}

/** However the heap is collected, what reading holds on to is what lies in its own hands. */
describe('Reading a CSV', () => {
  it.each([
    ['rows', '', 'ann@example.com,Ann,Göteborg\n'],
    ['rows with quotes', '', '"ann@example.com","Åsa ""A""",Cork\r\n'],
    ['a line that never ends', 'x', 'y'],
    ['a quote that is never closed', '"x', 'y'],
    ['lines behind a quote that is never closed', '"x\n', 'aa,bb,c\n'],
    ['quotes that each open another', '', '"a\n'],
    ['nothing but line breaks', '', '\n'],
  ])('of %s holds a record and a chunk in memory, however long the file is', (_, begin, repeated) => {
    const splitter = new RecordSplitter(START, ',', 3);
    let most = 0;
    let read = 0;
    for (const chunk of chunks(begin, repeated, 2)) {
      read += splitter.push(chunk).length;
      most = Math.max(most, splitter.held);
    }
    read += splitter.end().length;
    expect(most).toBeLessThanOrEqual(RECORD_LIMIT + 2 * CHUNK);
    expect(read).toBeGreaterThan(repeated === '\n' ? -1 : 0);
  });

  it('never gets further ahead of whoever takes the records than two chunks and a record', async () => {
    let given = 0;
    let furthest = 0;
    async function* counted(): AsyncIterable<Uint8Array> {
      for (const chunk of chunks('', '"ann@example.com","two\nlines",Cork\n', 4)) {
        given += chunk.byteLength;
        yield chunk;
      }
    }
    const shape = { header: ['email', 'name', 'city'], delimiter: ',' };
    for await (const batch of new CsvParseReader().records(counted(), START, shape)) {
      furthest = Math.max(furthest, given - (batch.at(-1)?.end.offset ?? 0));
    }
    expect(given).toBe(4 * MB);
    expect(furthest).toBeLessThanOrEqual(RECORD_LIMIT + 2 * CHUNK);
  });
});
