import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { CsvReader, CsvRecord } from './csv.js';

type Bytes = string | Uint8Array;

/** A stream of one chunk, or of chunks of the given sizes over and over. */
async function* streamOf(
  bytes: Uint8Array,
  sizes: readonly number[] = [bytes.length || 1],
): AsyncIterable<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const bytesOf = (parts: readonly Bytes[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));

export function describeCsvReaderContract(name: string, make: () => CsvReader): void {
  describe(`CsvReader: ${name}`, () => {
    const reader = make();

    const readBytes = async (bytes: Uint8Array, sizes?: readonly number[]): Promise<CsvRecord[]> => {
      const shape = await reader.shape(streamOf(bytes, sizes));
      if (!shape) throw new Error('The file has no header.');
      const records: CsvRecord[] = [];
      const rest = streamOf(bytes.subarray(shape.end.offset), sizes);
      for await (const batch of reader.records(rest, shape.end, shape)) records.push(...batch);
      return records;
    };
    const read = (...parts: Bytes[]) => readBytes(bytesOf(parts));
    /** `3 anna|Åberg`, `4 malformed_quotes` */
    const shown = (records: readonly CsvRecord[]) =>
      records.map((one) => `${one.line} ${one.kind === 'record' ? one.fields.join('|') : one.code}`);
    const shapeOf = (...parts: Bytes[]) => reader.shape(streamOf(bytesOf(parts)));

    describe('the shape', () => {
      it.each([
        ['commas', 'email,name\n', ['email', 'name'], ','],
        ['semicolons', 'email;name, first;x\n', ['email', 'name, first', 'x'], ';'],
        ['tabs', 'email\tname\n', ['email', 'name'], '\t'],
        ['one column', 'email\n', ['email'], ','],
        ['spaces around names', ' email , name \r\n', ['email', 'name'], ','],
        ['a byte order mark', '\uFEFFemail,name\n', ['email', 'name'], ','],
        ['a byte order mark before a quote', '\uFEFF"email","na\nme"\n', ['email', 'na\nme'], ','],
        ['quoted delimiters of another kind', '"a,b,c";d\n', ['a,b,c', 'd'], ';'],
        ['blank lines before', '\n\r\n\nemail,name\n', ['email', 'name'], ','],
        ['no line break at all', 'email,name', ['email', 'name'], ','],
      ])('is read from a header with %s', async (_, text, header, delimiter) => {
        expect(await shapeOf(text, text.endsWith('\n') ? 'anna,b\n' : '')).toEqual({
          header,
          delimiter,
          end: {
            offset: Buffer.byteLength(text),
            line: text.split('\n').length - (text.endsWith('\n') ? 0 : -1),
          },
        });
      });

      it.each<[string, Bytes]>([
        ['nothing', ''],
        ['blank lines', '\n\r\n\n'],
        ['a header that is not UTF-8', Buffer.from('email,n\xE4me\n', 'latin1')],
        ['a spreadsheet of its own format', Buffer.from('PK\x03\x04\0\0\0\n\x08', 'latin1')],
        ['UTF-16', Buffer.from('\uFEFFemail,name\n', 'utf16le')],
        ['an open quote', '"email,name\nanna@example.com,Anna\n'],
        ['a line that does not end', 'x'.repeat(200_000)],
      ])('is not to be had of %s', async (_, bytes) => {
        expect(await shapeOf(bytes)).toBeUndefined();
      });
    });

    describe('records', () => {
      it('have the fields that stand there, whatever they hold', async () => {
        const text =
          'a,b,c\n' +
          '1,Åsa 😀 日本,\n' +
          '"2","with, comma","with ""quotes"""\n' +
          '3,"two\nlines","and\r\nmore"\r\n' +
          '"","",""\n' +
          '5, spaces , kept \n' +
          ",'single',`ticks`\n";
        expect(shown(await read(text))).toEqual([
          '2 1|Åsa 😀 日本|',
          '3 2|with, comma|with "quotes"',
          '4 3|two\nlines|and\r\nmore',
          '7 ||',
          '8 5| spaces | kept ',
          "9 |'single'|`ticks`",
        ]);
      });

      it('end with LF, CRLF, a mix of both, or the file; blank lines are none', async () => {
        expect(shown(await read('a,b\r\n1,x\r\n\r\n2,y\n\n\n3,z'))).toEqual(['2 1|x', '4 2|y', '7 3|z']);
        expect(shown(await read('a,b\n1,"x"\r\n2,"y"'))).toEqual(['2 1|x', '3 2|y']);
        expect(shown(await read('a,b\n1,"x"\r'))).toEqual(['2 1|x']);
        expect(shown(await read('a,b\n'))).toEqual([]);
      });

      it('may hold a carriage return of their own', async () => {
        expect(shown(await read('a,b\n1,x\ry\n2,"x\ry"\n'))).toEqual(['2 1|x\ry', '3 2|x\ry']);
      });

      it('are cut by the delimiter of the header alone', async () => {
        expect(shown(await read('a;b\n1,5;x\ty\n"2;3";z\n'))).toEqual(['2 1,5|x\ty', '3 2;3|z']);
      });

      it('say where they end, so that reading may go on there', async () => {
        const text = 'a,b\n1,"Å\nb"\r\n\n2,y\n3,z';
        const bytes = Buffer.from(text);
        const all = await readBytes(bytes);
        expect(all.map(({ end }) => end)).toEqual([
          { offset: Buffer.byteLength('a,b\n1,"Å\nb"\r\n'), line: 4 },
          { offset: Buffer.byteLength('a,b\n1,"Å\nb"\r\n\n2,y\n'), line: 6 },
          { offset: bytes.length, line: 7 },
        ]);
      });
    });

    describe('a row that cannot be read', () => {
      const around = async (...bad: Bytes[]) => shown(await read('a,b\n1,x\n', ...bad, '2,y\n3,"z"\n'));

      it.each<[string, string, Bytes]>([
        ['too few columns', 'wrong_column_count', 'only\n'],
        ['too many columns', 'wrong_column_count', '1,2,3\n'],
        ['a quote inside a field', 'malformed_quotes', '5" pipe,x\n'],
        ['text behind a closed quote', 'malformed_quotes', '"a" b,c\n'],
        ['a space before its quote', 'malformed_quotes', 'a, "b"\n'],
        ['a NUL byte', 'nul_byte', 'a,b\0c\n'],
        ['a NUL byte in quotes', 'nul_byte', '"a,\0",c\n'],
        ['Latin-1', 'invalid_encoding', Buffer.from('Jos\xE9,b\n', 'latin1')],
        ['half a character', 'invalid_encoding', Buffer.from('\xF0\x9F\x98,b\n', 'latin1')],
        ['an open quote', 'unclosed_quote', '"Bob,b\n'],
        ['an open quote in its last field', 'unclosed_quote', 'a,"b\n'],
        ['more than 64 KiB', 'record_too_large', `${'x'.repeat(70_000)},b\n`],
        ['more than 64 KiB in quotes', 'unclosed_quote', `"${'x'.repeat(70_000)}",b\n`],
        ['a megabyte', 'record_too_large', `${'x'.repeat(1_000_000)},b\n`],
      ])('for %s is a fault of its own line: its neighbours are read', async (_, code, bad) => {
        expect(await around(bad)).toEqual(['2 1|x', `3 ${code}`, '4 2|y', '5 3|z']);
      });

      it('is none where the quote is closed further down and the columns are right: who could tell?', async () => {
        const text = 'a,b,c\n2,"open,x\n3,y,y\n5,w",w\n6,v,v\n';
        expect(shown(await read(text))).toEqual(['2 2|open,x\n3,y,y\n5,w|w', '5 6|v|v']);
      });

      it('gives up one line alone where what was swallowed has the wrong number of columns', async () => {
        const text = 'a,b,c\n1,x,x\n2,x,"open\n3,y,y\n4,z,z\n"5",w,w\n6,v,v\n';
        expect(shown(await read(text))).toEqual([
          '2 1|x|x',
          '3 unclosed_quote',
          '4 3|y|y',
          '5 4|z|z',
          '6 5|w|w',
          '7 6|v|v',
        ]);
        const closed = 'a,b,c\n1,x,x\n2,"open\n3,y,y\n4,z"\n6,v,v\n';
        expect(shown(await read(closed))).toEqual([
          '2 1|x|x',
          '3 wrong_column_count',
          '4 3|y|y',
          '5 malformed_quotes',
          '6 6|v|v',
        ]);
      });

      it('finds the next row behind a quote that is never closed, a megabyte before the end of the file', async () => {
        const rows = Array.from({ length: 50_000 }, (_, i) => `${i},row number ${i}\n`).join('');
        const records = await read('a,b\n"open,x\n', rows);
        expect(records).toHaveLength(50_001);
        expect(shown(records.slice(0, 2))).toEqual(['2 unclosed_quote', '3 0|row number 0']);
        expect(shown(records.slice(-1))).toEqual(['50002 49999|row number 49999']);
      });

      it('costs no more time however many there are', async () => {
        // Each line opens a quote that the next one may end: read again to the limit for every line, four times as many
        // lines would take sixteen times as long. The best of three in processor time, because compiling, collecting and
        // whoever else uses the machine are in it too; what is read again and again is slow every time.
        const once = async (line: string, bytes: number): Promise<number> => {
          const before = process.cpuUsage();
          await read('a,b\n', line.repeat(Math.ceil(bytes / line.length)));
          const { user, system } = process.cpuUsage(before);
          return (user + system) / 1000;
        };
        const cost = async (line: string, bytes: number): Promise<number> =>
          Math.min(await once(line, bytes), await once(line, bytes), await once(line, bytes));
        for (const line of ['"a\n', '"\n', '""x\n', '"",\n', 'x,"\n', '"""\n', '"a"",\n', ',']) {
          expect(await cost(line, 200_000)).toBeLessThan(10 * (await cost(line, 50_000)) + 500);
        }
      }, 60_000);

      it('takes its words from us, never from the file', async () => {
        const [fault] = await read('a,b\ncanary@example.com,"x" canary,\n');
        expect(fault).toMatchObject({ kind: 'fault', code: 'malformed_quotes' });
        expect(JSON.stringify(fault)).not.toContain('canary');
      });
    });

    it('takes a record of 64 KiB, and not one byte more', async () => {
      const row = (length: number) => `${'x'.repeat(length - 2)},y`;
      for (const end of ['\n', '']) {
        expect(await read('a,b\n', row(65_536), end)).toMatchObject([{ kind: 'record' }]);
        expect(await read('a,b\n', row(65_537), end)).toMatchObject([
          { kind: 'fault', code: 'record_too_large' },
        ]);
      }
    });

    describe('in chunks of any size', () => {
      const piece = fc.constantFrom<Bytes>(
        'a',
        'é',
        '😀',
        ',',
        ',',
        '"',
        '"',
        '""',
        '\n',
        '\n',
        '\r\n',
        '\r',
        ';',
        '\0',
        Buffer.from([0xe9]),
        'x@example.com,b\n',
        '"q, ""r""",b\n',
        '"two\nlines",b\r\n',
        'x'.repeat(40_000),
      );
      const file = fc.array(piece, { maxLength: 40 }).map((parts) => bytesOf(['a,b\n', ...parts]));

      it('reads the same records', async () => {
        const sizes = fc.array(fc.integer({ min: 1, max: 65_536 }), { minLength: 1, maxLength: 5 });
        const small = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
        await fc.assert(
          fc.asyncProperty(file, fc.oneof(sizes, small), async (bytes, chunks) => {
            expect(await readBytes(bytes, chunks)).toEqual(await readBytes(bytes));
          }),
          { numRuns: 300 },
        );
      });

      it('reads on from behind any record as if it had never stopped', async () => {
        await fc.assert(
          fc.asyncProperty(file, async (bytes) => {
            const all = await readBytes(bytes);
            for (const [i, { end }] of all.entries()) {
              const rest: CsvRecord[] = [];
              const shape = { header: ['a', 'b'], delimiter: ',' };
              for await (const batch of reader.records(streamOf(bytes.subarray(end.offset)), end, shape))
                rest.push(...batch);
              expect(rest).toEqual(all.slice(i + 1));
            }
          }),
          { numRuns: 100 },
        );
      });

      it('accounts for every line of the file, once and in order', async () => {
        await fc.assert(
          fc.asyncProperty(file, async (bytes) => {
            let at = { offset: 4, line: 2 };
            for (const { line, end } of await readBytes(bytes)) {
              expect(line).toBeGreaterThanOrEqual(at.line);
              expect(end.offset).toBeGreaterThan(at.offset);
              const lines = bytes.subarray(0, end.offset).filter((byte) => byte === 10).length + 1;
              expect(end.line).toBe(bytes[end.offset - 1] === 10 ? lines : lines + 1);
              at = end;
            }
          }),
          { numRuns: 200 },
        );
      });
    });
  });
}
