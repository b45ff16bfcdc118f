/** What becomes of one hostile CSV. */
export interface HostileFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly status: 'finished' | 'failed';
  /** `created` and `updated` together, for the same file may be taken twice. */
  readonly taken: number;
  /** Line and code of each row that is turned away, in order. */
  readonly rejected: readonly string[];
  /** Why it failed as a whole. */
  readonly reason?: RegExp;
}

const GOOD = 'good@canary.example';
const rows = (...lines: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from('\n')])));
const finished = (name: string, bytes: Buffer, taken: number, rejected: readonly string[]): HostileFile => ({
  name,
  bytes,
  status: 'finished',
  taken,
  rejected,
});
const failed = (name: string, bytes: Buffer, reason: RegExp): HostileFile => ({
  name,
  bytes,
  status: 'failed',
  taken: 0,
  rejected: [],
  reason,
});
const MB = 1_048_576;

/** 15: files as they come from spreadsheets, disks and strangers. Good rows around the bad ones are kept. */
export const hostileFiles: readonly HostileFile[] = [
  finished('a NUL', rows('email,name', `a${GOOD},A`, 'b@canary.example,"B\u0000"', `c${GOOD},C`), 2, [
    '3 nul_byte',
  ]),
  finished(
    'a quote that is never closed',
    rows('email,name', `a${GOOD},A`, 'b@canary.example,"B', `c${GOOD},C`),
    2,
    ['3 unclosed_quote'],
  ),
  finished('too many columns and too few', rows('email,name', `a${GOOD},A,x`, `b${GOOD}`, `c${GOOD},C`), 1, [
    '2 wrong_column_count',
    '3 wrong_column_count',
  ]),
  finished(
    'Latin-1',
    rows('email,name', `a${GOOD},A`, Buffer.from('b@canary.example,Zo\xeb', 'latin1'), `c${GOOD},C`),
    2,
    ['3 invalid_encoding'],
  ),
  finished(
    'addresses that are none',
    rows(
      'email',
      `a${GOOD}`,
      'b',
      'c@canary.example\u000bBcc:x',
      `${'d'.repeat(10_000)}@canary.example`,
      `e${GOOD}`,
    ),
    2,
    ['3 invalid_address', '4 header_injection', '5 invalid_address'],
  ),
  finished('two addresses in one', rows('email', '"a@canary.example,b@canary.example"', `c${GOOD}`), 1, [
    '2 invalid_address',
  ]),
  finished(
    'a name that begins a header',
    rows('email,name', 'a@canary.example,"A\r\nBcc: e"', `b${GOOD},B`),
    1,
    ['2 invalid_name'],
  ),
  finished(
    'names that command a terminal',
    rows(
      'email,name',
      'a@canary.example,A\u001b[2J',
      'b@canary.example,B\u0007',
      'c@canary.example,C\u009b2J',
      `d${GOOD},D`,
    ),
    1,
    ['2 invalid_name', '3 invalid_name', '4 invalid_name'],
  ),
  finished(
    'attributes with a prototype',
    rows('email;attributes', `a${GOOD};"{""__proto__"":{""admin"":1}}"`),
    0,
    ['2 invalid_attribute'],
  ),
  finished('attributes of 20 KB', rows('email,city', `a${GOOD},${'x'.repeat(20_000)}`, `b${GOOD},B`), 1, [
    '2 too_large',
  ]),
  finished('a row of 32 MB', rows('email,name', `a${GOOD},${'x'.repeat(32 * MB)}`, `b${GOOD},B`), 1, [
    '2 record_too_large',
  ]),
  finished(
    'formulas',
    rows('email,name', 'f@canary.example,"=HYPERLINK(""http://evil"")"', "g@canary.example,'+1"),
    2,
    [],
  ),
  failed('no column for addresses', rows('name', 'A'), /no column called email/),
  failed('a column twice', rows('email,name,Name', `a${GOOD},A,B`), /twice/),
  failed('a column called constructor', rows('email,constructor', `a${GOOD},A`), /cannot be called/),
  failed('a column called __proto__', rows('email,__proto__', `a${GOOD},A`), /cannot be called/),
  failed('a header of 1 MB', Buffer.from(`email,${'x,'.repeat(MB / 2)}\n`), /header/),
  failed('UTF-16', Buffer.from(`\ufeffemail\n${GOOD}\n`, 'utf16le'), /header|column/),
  failed('a picture', Buffer.from('89504e470d0a1a0a0000000d49484452000000010000', 'hex'), /header|column/),
  failed('spaces', Buffer.alloc(MB, ' '), /header|column/),
  failed('NULs', Buffer.alloc(MB, 0), /header|column/),
];
