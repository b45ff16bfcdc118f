import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { planText } from '#test/faults/crash-points.js';
import { VICTIM_KEY, VictimProcess } from '#test/faults/victim-process.js';

const ROWS = 100_000;
const TIMEOUT_MS = 120_000;
const NAMES = [
  'Zoë O’Neil',
  'Łukasz Łódź',
  '山田 太郎',
  'Ana María 🦉',
  'Jürgen & Söhne',
  'Sinéad',
  'Δημήτρης',
];
/** Odd, so that no two numbers below 2^32 get the same address; files of real people are in no order. */
const SCATTER = 2_654_435_761;

interface File {
  readonly bytes: Buffer;
  readonly counts: Readonly<Record<'rows' | 'created' | 'updated' | 'rejected', number>>;
  /** `17,invalid_address`, in the order of the lines. */
  readonly faults: readonly string[];
}

const addressOf = (n: number): string => `p${(Math.imul(n, SCATTER) >>> 0).toString(36)}@example.com`;
const nameOf = (n: number): string => NAMES[n % NAMES.length] ?? '';

/** Rows that are no good, each of its own kind: what stands there, and what is said of it. */
const bad: readonly ((n: number) => readonly [row: string | Buffer, code: string])[] = [
  (n) => [`p${n} at example.com,Nobody,Nowhere\n`, 'invalid_address'],
  (n) => [`p${n}@example,Nobody,Nowhere\n`, 'invalid_address'],
  (n) => [`"p${n}@example.com, q@example.com",Nobody,Nowhere\n`, 'invalid_address'],
  (n) => [`p${n}@example.com,too few\n`, 'wrong_column_count'],
  (n) => [Buffer.from(`x${n}@example.com,Jos\xE9,Malm\xF6\n`, 'latin1'), 'invalid_encoding'],
  (n) => [`x${n}@example.com,a\0b,c\n`, 'nul_byte'],
  (n) => [`x${n}@example.com,"Bob" the builder,c\n`, 'malformed_quotes'],
  (n) => [`x${n}@example.com,${'y'.repeat(70_000)},c\n`, 'record_too_large'],
];

/** Of a hundred rows one is no good, one is somebody again, one takes two lines, and every third is quoted. */
function realPeople(): File {
  const parts: (string | Buffer)[] = ['\uFEFFemail,name,city\r\n'];
  const counts = { rows: 0, created: 0, updated: 0, rejected: 0 };
  const faults: string[] = [];
  let line = 2;
  for (let n = 0; n < ROWS; n++, line++) {
    counts.rows += 1;
    if (n % 100 === 50) {
      const [row, code] = bad[Math.floor(n / 100) % bad.length]!(n);
      parts.push(row);
      faults.push(`${line},${code}`);
      counts.rejected += 1;
    } else if (n % 100 === 60) {
      parts.push(` ${addressOf(n - 59).toUpperCase()} ,,"again, ""${n}"""\n`);
      counts.updated += 1;
    } else {
      counts.created += 1;
      if (n % 100 === 70) line += 1;
      if (n % 100 === 70) parts.push(`${addressOf(n)},${nameOf(n)},"two\nlines"\n`);
      else if (n % 3 === 0) parts.push(`"${addressOf(n)}","${nameOf(n)}, ""№ ${n}""",Göteborg\r\n`);
      else parts.push(`${addressOf(n)},${nameOf(n)},Porto Alegre\n`);
    }
  }
  return { bytes: Buffer.concat(parts.map((part) => Buffer.from(part))), counts, faults };
}

describe('a file of 100,000 people as they come', () => {
  let folder: string;
  let server: VictimProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-journey-import-'));
  });
  afterEach(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (more: Record<string, string> = {}): Promise<VictimProcess> => {
    const env = { PORT: '0', POSTHORN_API_KEY: VICTIM_KEY, POSTHORN_DATA_DIR: join(folder, 'data'), ...more };
    server = await VictimProcess.start(env);
    if (!server) throw new Error('The server did not start.');
    return server;
  };
  const ask = (path: string, init: RequestInit = {}, type = 'application/json'): Promise<Response> =>
    fetch(`${server?.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${VICTIM_KEY}`, ...(init.body && { 'content-type': type }) },
    });
  const json = async (answer: Promise<Response>) => (await (await answer).json()) as Record<string, unknown>;

  it(
    'is taken row by row, each counted once, though the process is killed in the middle',
    async () => {
      const { bytes, counts, faults } = realPeople();
      const first = await start({ VICTIM_CRASH: planText({ point: 'import-batch', nth: 140 }) });
      const list = await json(ask('/v1/lists', { method: 'POST', body: '{"name":"Everybody"}' }));
      const upload = `/v1/subscribers/import?listId=${String(list['id'])}`;
      const { id } = await json(ask(upload, { method: 'POST', body: bytes }, 'text/csv'));
      await first.exit;

      await start();
      const path = `/v1/imports/${String(id)}`;
      const deadline = performance.now() + TIMEOUT_MS;
      let over = await json(ask(path));
      expect(Number(over['rows'])).toBeLessThan(ROWS);
      while (over['status'] === 'running' && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        over = await json(ask(path));
      }
      expect(over).toMatchObject({ status: 'finished', ...counts });
      expect(counts).toEqual({ rows: ROWS, created: 98_000, updated: 1_000, rejected: 1_000 });
      const told = (await (await ask(`${path}/errors`)).text()).trimEnd().split('\r\n').slice(1);
      expect(told.map((row) => row.split(',', 2).join(','))).toEqual(faults);
    },
    TIMEOUT_MS,
  );
});
