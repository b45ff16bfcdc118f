import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { HttpAnswer } from './http-client.js';
import { Client, type Json, OWNER_KEY } from './known-world.js';
import { PosthornProcess } from './posthorn-process.js';

const KILLER = new URL('./thread-killer.js', import.meta.url).href;
const AT_ONCE = 8;
/** So many people are acknowledged before the thread is killed. */
const BEFORE = 40;

/** Each of these starts processes, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

describe('20. a storage thread that dies under load', () => {
  let folder: string;
  let server: PosthornProcess;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-storage-death-'));
  });
  afterEach(async () => {
    await server.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const start = async (env: Readonly<Record<string, string>> = {}): Promise<Client> => {
    server = new PosthornProcess({ POSTHORN_API_KEY: OWNER_KEY, ...env }, folder);
    return new Client(await server.url());
  };

  /** Adds people and looks at the lists, several at once, until nobody answers any more: work for both threads. */
  const addUntilTheEnd = async (
    client: Client,
    onAcknowledged: (count: number) => void,
  ): Promise<{ acknowledged: string[]; refused: HttpAnswer[] }> => {
    const acknowledged: string[] = [];
    const refused: HttpAnswer[] = [];
    let next = 0;
    const add = async (): Promise<void> => {
      for (;;) {
        const email = `p${next++}@canary.example`;
        const answer = await client.send('POST', '/v1/subscribers', { email }).catch(() => undefined);
        const looked = await client.send('GET', '/v1/lists').catch(() => undefined);
        if (answer?.status === 201) onAcknowledged(acknowledged.push(email));
        refused.push(
          ...[answer, looked].filter((one) => one !== undefined).filter(({ status }) => status >= 300),
        );
        if (!answer || !looked) return;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, add));
    return { acknowledged, refused };
  };

  it.each([
    ['writer', '0'],
    ['reader', '1'],
  ])(
    'ends the process, with 503 to whoever waits and nothing acknowledged lost: the %s',
    async (_, thread) => {
      const client = await start({ NODE_OPTIONS: `--import=${KILLER}`, KILLED_THREAD: thread });
      const { acknowledged, refused } = await addUntilTheEnd(client, (count) => {
        if (count === BEFORE) server.kill('SIGUSR2');
      });
      expect(await server.exited).toBe(1);
      expect(server.stdout.match(/"event":"(storage\.lost|process\.crashed)"/g)).toEqual([
        '"event":"storage.lost"',
      ]);
      expect(acknowledged.length).toBeGreaterThanOrEqual(BEFORE);
      expect(refused.length).toBeGreaterThan(0);
      for (const { status, headers, text } of refused) {
        const { code } = JSON.parse(text) as Json;
        expect({ status, code }).toEqual({ status: 503, code: 'storage_unavailable' });
        expect(headers['retry-after']).toBeDefined();
      }

      const { text } = await (await start()).send('GET', '/v1/subscribers/export');
      const kept = new Set(text.split('\r\n').map((line) => line.split(',')[0]));
      expect(acknowledged.filter((email) => !kept.has(email))).toEqual([]);
    },
  );
});
