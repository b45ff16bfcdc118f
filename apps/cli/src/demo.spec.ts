import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readJournal } from '#test/fakes/kit/journal.js';
import { peopleCsv } from './demo/people-csv.js';

const DEMO = fileURLToPath(new URL('./demo.js', import.meta.url));

const PATIENCE_MS = 180_000; // ms; 10,000 messages at 500 a second, and a machine that may be busy
jest.setTimeout(PATIENCE_MS);

const numberIn = (text: string, pattern: RegExp): number =>
  Number((pattern.exec(text)?.[1] ?? 'NaN').replaceAll(',', ''));

describe('the demo', () => {
  let folder: string;
  let said = '';
  let code: number | null;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-demo-spec-'));
    const demo = spawn(process.execPath, [DEMO, '--exit', '--folder', folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [demo.stdout, demo.stderr])
      stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
    [code] = (await once(demo, 'close')) as [number | null];
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('goes well', () => {
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
    expect(said).not.toMatch(/^NO /m);
  });

  it('imports what is in the file, and shows what was rejected', () => {
    const { rows, people, duplicates, bad } = peopleCsv(10_000);
    expect({ rows, sum: people + duplicates + bad }).toEqual({ rows: 10_000, sum: 10_000 });
    const counts = [people, duplicates, bad].map((one) => one.toLocaleString('en-US'));
    expect(said).toContain(
      `10,000 rows = ${counts[0]} created + ${counts[1]} updated + ${counts[2]} rejected`,
    );
    expect(said).toContain('Rejected, the first 10 of 100:');
  });

  it('tells the outage and the failover in order', () => {
    const at = (words: RegExp): number => said.search(words);
    const outage = [
      /SES answers 429/,
      /SES answers 503/,
      /SES does not answer/,
      /SES is well again/,
      /is back on SES/,
    ].map(at);
    expect(outage).not.toContain(-1);
    expect(outage).toEqual(outage.toSorted((a, b) => a - b));
    expect(at(/capture takes over/)).toBeGreaterThan(at(/SES answers 429/));
    expect(at(/ses: .* → open/)).toBeGreaterThan(at(/SES answers 503/));
  });

  it('gives an account that agrees with the journal of SES', () => {
    const account = said.slice(said.indexOf('4. The account'));
    const [candidates, accepted] = [
      numberIn(account, /([\d,]+) candidates/),
      numberIn(account, /\+ ([\d,]+) accepted/),
    ];
    const unknown = /\+ [\d,]+ unknown/.test(account) ? numberIn(account, /\+ ([\d,]+) unknown/) : 0;
    const [bySes, captured] = [
      numberIn(account, /by ses: ([\d,]+)/),
      numberIn(account, /by capture: ([\d,]+)/),
    ];
    expect(candidates).toBe(peopleCsv(10_000).people);
    expect(accepted + unknown).toBe(candidates);
    expect(bySes + captured).toBe(accepted);
    const journal = readJournal(join(folder, 'ses', 'ses.jsonl')).filter(({ kind }) => kind === 'accepted');
    const addresses = new Set(journal.map(({ to }) => to));
    expect(addresses.size).toBe(journal.length);
    expect(journal.length).toBeGreaterThanOrEqual(bySes);
    expect(journal.length).toBeLessThanOrEqual(bySes + unknown);
    expect(numberIn(account, /amplification ([\d.]+)/)).toBeLessThanOrEqual(1.1);
    expect(account).toMatch(/http:\/\/127\.0\.0\.1:\d+\/outbox/);
  });

  it('leaves nothing running, and keeps what it was told to keep', async () => {
    const log = await readFile(join(folder, 'server.log'), 'utf8');
    expect(log).toContain('server.stopped');
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['data', 'people.csv', 'ses']));
  });
});
