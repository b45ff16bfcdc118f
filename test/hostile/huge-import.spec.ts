import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Client, type Json, OWNER_KEY } from './known-world.js';
import { PosthornProcess } from './posthorn-process.js';

const MB = 1_048_576;
/**
 * Of the file: so many that a process which kept it would be found out.
 * `POSTHORN_IMPORT_MB=1024 npm test -- test/hostile/huge-import.spec.ts` plays it with a gigabyte, in a minute.
 */
const SIZE_MB = Number(process.env['POSTHORN_IMPORT_MB'] ?? 160);
/** What the process may hold more than before, at any time and whatever the size (bytes). It comes to 70 to 150. */
const MOST_MORE = 200 * MB;
/** Milliseconds in which nobody else is served, at most. */
const MOST_LAG_MS = 50;

/** This starts a process, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000 + SIZE_MB * 500;
jest.setTimeout(PATIENCE_MS);

/** What is said of the bad rows, in their order. */
const BAD = ['invalid_address', 'invalid_name', 'wrong_column_count', 'malformed_quotes', 'record_too_large'];

/** So many bytes: five people, and five rows that are no good, each for a reason of its own and long in coming to it. */
function megabyte(n: number): Buffer {
  const good = Array.from({ length: 5 }, (_, one) => `p${n}.${one}@canary.example,"Ann ""${one}""",Cork`);
  const bad = [
    `${'a.'.repeat(30_000)}@canary.example,Bob,Cork`,
    `q${n}@canary.example,${'x'.repeat(60_000)},Cork`,
    `r${n}@canary.example${',x'.repeat(30_000)}`,
    `s${n}@canary.example,"${'y""'.repeat(20_000)} Bob" Cork,x`,
  ];
  const rows = [...good, ...bad].map((row) => `${row}\n`).join('');
  return Buffer.from(`${rows}t${n}@canary.example,${'z'.repeat(MB - rows.length - 40)},x\n`);
}

describe('15. a file larger than anybody’s', () => {
  let folder: string;
  let server: PosthornProcess;
  let client: Client;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-huge-'));
    server = new PosthornProcess({ POSTHORN_API_KEY: OWNER_KEY }, folder);
    client = new Client(await server.url());
  });
  afterEach(async () => {
    await server.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const upload = async (): Promise<string> => {
    let sent = -1;
    const body = new ReadableStream<Uint8Array>({
      pull(stream) {
        stream.enqueue(sent < 0 ? Buffer.from('email,name,city\n') : megabyte(sent));
        if (++sent === SIZE_MB) stream.close();
      },
    });
    const headers = { authorization: `Bearer ${OWNER_KEY}`, 'content-type': 'text/csv' };
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const answer = await fetch(`${client.url}/v1/subscribers/import`, init);
    expect(answer.status).toBe(202);
    return String(((await answer.json()) as Json)['id']);
  };

  it('is read to its end with its good rows kept, its bad ones named, and the memory of a small one', async () => {
    // Once over all the ways, so that what is loaded and kept for good is not counted.
    await client.import(`email,name,city\n${megabyte(-1).toString()}`);
    const { rss: before } = await server.lag();
    let most = before;
    const lags: number[] = [];
    const watch = async (): Promise<void> => {
      const { rss, held } = await server.lag();
      most = Math.max(most, rss);
      lags.push(held);
    };
    const uploading = { over: false };
    const uploaded = upload().finally(() => (uploading.over = true));
    while (!uploading.over) await watch();
    const path = `/v1/imports/${await uploaded}`;
    let found: Json = {};
    do {
      await watch();
      found = await client.get('GET', path);
    } while (found['status'] === 'queued' || found['status'] === 'running');

    const [rows, half] = [10 * SIZE_MB, 5 * SIZE_MB];
    expect(found).toMatchObject({ status: 'finished', rows, created: half, rejected: half });
    const { text } = await client.send('GET', `${path}/errors`);
    const told = text.split('\r\n').slice(1, 11);
    const expected = [7, 17].flatMap((line) => BAD.map((code, at) => `${line + at} ${code}`));
    expect(told.map((line) => line.split(',', 2).join(' '))).toEqual(expected);
    expect(most - before).toBeLessThan(MOST_MORE);
    // The longest of all its stretches is the machine's as often as ours: one in a hundred may be.
    const worst = lags.sort((a, b) => a - b)[Math.ceil(lags.length * 0.99) - 1];
    expect(worst).toBeLessThan(MOST_LAG_MS);
  });
});
