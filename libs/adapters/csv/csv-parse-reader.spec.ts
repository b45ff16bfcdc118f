import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { fc } from '#test/support/properties.js';
import { describeCsvReaderContract } from '#ports/campaign/csv.contract.js';
import { CsvParseReader } from './csv-parse-reader.js';

describeCsvReaderContract('CsvParseReader', () => new CsvParseReader());

describe('CsvParseReader', () => {
  it('reads a record without quotes as csv-parse does, without asking it', async () => {
    const cell = fc.stringMatching(/^[^\0\n"]{0,6}$/u);
    const record = fc.array(cell, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(',', ';', '\t'), fc.array(record), async (delimiter, records) => {
        const text = records.map((cells) => `${cells.join(delimiter)}\n`).join('');
        const options = { delimiter, record_delimiter: ['\r\n', '\n'], relax_column_count: true };
        const expected: string[][] = parse(text, { ...options, skip_empty_lines: true });
        for (const columns of [1, 2, 3]) {
          const read: (readonly string[])[] = [];
          const shape = { header: Array.from({ length: columns }, String), delimiter };
          for await (const batch of new CsvParseReader().records(only(text), { offset: 0, line: 1 }, shape)) {
            for (const one of batch) if (one.kind === 'record') read.push(one.fields);
          }
          expect(read).toEqual(expected.filter((fields) => fields.length === columns));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives others their turn between two batches, though all of the file is there', async () => {
    let turns = 0;
    const taking = (): NodeJS.Immediate => setImmediate(() => ((turns += 1), (next = taking())));
    let next = taking();
    let batches = 0;
    const shape = { header: ['email'], delimiter: ',' };
    const file = only('ann@example.com\n'.repeat(5_000));
    for await (const batch of new CsvParseReader().records(file, { offset: 0, line: 1 }, shape)) {
      expect(batch.length).toBeLessThanOrEqual(250);
      batches += 1;
    }
    clearImmediate(next);
    expect(turns).toBeGreaterThanOrEqual(batches - 1);
  });
});

async function* only(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
