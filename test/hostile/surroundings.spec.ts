import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Client, type Json, OWNER_KEY } from './known-world.js';
import { PosthornProcess } from './posthorn-process.js';
import { takenPort, troubles } from './surroundings.js';

/** Each of these starts processes, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

/** Starts what follows with a disk of 8 MB of its own for a data folder; an unprivileged user may do so as well. */
const ON_A_SMALL_DISK = [
  ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'],
  ...['mount -t tmpfs -o size=8m tmpfs "$POSTHORN_DATA_DIR" && exec "$@"', 'sh'],
];
/** Starts what follows so that no file can grow beyond 2 MB: to a program as good as a disk that fails. */
const WITH_SMALL_FILES = ['sh', '-c', 'trap "" XFSZ; ulimit -f 8192; exec "$@"', 'sh'];
const mayMount =
  spawnSync(ON_A_SMALL_DISK[0] ?? '', [...ON_A_SMALL_DISK.slice(1), 'true'], {
    env: { PATH: process.env['PATH'] ?? '', POSTHORN_DATA_DIR: tmpdir() },
  }).status === 0;

describe('surroundings that are broken', () => {
  let folder: string;
  let server: PosthornProcess | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-surroundings-'));
    await mkdir(join(folder, 'disk'));
  });
  afterEach(async () => {
    await server?.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const start = (
    env: Readonly<Record<string, string>> = {},
    launcher: readonly string[] = [],
  ): PosthornProcess => (server = new PosthornProcess(env, folder, launcher));

  it.each(troubles)(
    '20. $name: a clear message, exit code $exitCode',
    async ({ bringAbout, exitCode, says }) => {
      const ended = start(await bringAbout(folder));
      expect(await ended.exited).toBe(exitCode);
      expect(ended.stderr).toMatch(says);
      expect(ended.stderr).not.toMatch(/ at .*:\d+:\d+/);
      expect(ended.stderr + ended.stdout).not.toMatch(/c4nary|listens on/);
    },
  );

  it('20. a port that is taken: a clear message, exit code 1', async () => {
    const other = await takenPort();
    const ended = start({ PORT: String(other.port) });
    expect(await ended.exited).toBe(1);
    expect(ended.stderr).toMatch(/^posthorn: Port \d+ of 127\.0\.0\.1 is taken by another program/m);
    // Nothing stands before it that only who knows the framework would understand.
    expect(ended.stdout).not.toMatch(/nest\.|EADDRINUSE|"level":"(warn|error|fatal)"/);
    other.close();
  });

  /** Adds people until the storage takes no more; answers how many were acknowledged, and the last answer. */
  const fill = async (client: Client): Promise<{ acknowledged: number; refusal: Json }> => {
    for (let acknowledged = 0; ; acknowledged++) {
      const body = { email: `p${acknowledged}@canary.example`, attributes: { a: 'x'.repeat(8_000) } };
      const { status, text } = await client.send('POST', '/v1/subscribers', body);
      if (status !== 201) return { acknowledged, refusal: JSON.parse(text) as Json };
    }
  };
  const addresses = async (client: Client): Promise<number> => {
    const { text } = await client.send('GET', '/v1/subscribers/export');
    return text.split('\r\n').filter((line) => line.includes('@canary.example')).length;
  };
  const addOne = (client: Client): ReturnType<Client['send']> =>
    client.send('POST', '/v1/subscribers', { email: 'more@canary.example' });
  const env = { POSTHORN_API_KEY: OWNER_KEY, LOG_LEVEL: 'trace' };

  it('20. files that cannot grow: 503 storage_unavailable, and nothing that was acknowledged is lost', async () => {
    const stuck = start(env, WITH_SMALL_FILES);
    const client = new Client(await stuck.url());
    const { acknowledged, refusal } = await fill(client);
    expect(refusal).toMatchObject({ status: 503, code: 'storage_unavailable' });
    expect(acknowledged).toBeGreaterThan(10);
    expect(await addresses(client)).toBe(acknowledged);
    expect(await stuck.stop()).toBe(0);
    expect(stuck.stdout).toContain('"event":"http.unavailable"');
    expect(stuck.stdout).not.toContain('canary');

    const again = new Client(await start(env).url());
    expect(await addresses(again)).toBe(acknowledged);
    expect((await addOne(again)).status).toBe(201);
  });
  const onSmallDisk = mayMount ? it : it.todo;
  onSmallDisk(
    '20. a disk that is full: 503 storage_full, nothing lost, and all is well when there is room',
    async () => {
      const disk = join(folder, 'disk');
      const full = start({ ...env, POSTHORN_DATA_DIR: disk }, ON_A_SMALL_DISK);
      const client = new Client(await full.url());
      // Seen from outside, the disk is only there in the eyes of that process.
      const filler = join('/proc', String(full.pid), 'root', disk, 'filler');
      await writeFile(filler, Buffer.alloc(3 * 1_048_576));
      const { acknowledged, refusal } = await fill(client);
      expect(refusal).toMatchObject({ status: 503, code: 'storage_full' });
      expect(acknowledged).toBeGreaterThan(10);
      const csv = await client.send('POST', '/v1/subscribers/import', 'x'.repeat(6_000_000), {
        'content-type': 'text/csv',
      });
      expect({ status: csv.status, code: (JSON.parse(csv.text) as Json)['code'] }).toEqual({
        status: 503,
        code: 'storage_full',
      });
      expect(await addresses(client)).toBe(acknowledged);
      expect((await client.send('GET', '/health/live')).status).toBe(200);
      await rm(filler);
      expect((await addOne(client)).status).toBe(201);
      expect(await addresses(client)).toBe(acknowledged + 1);
      expect(await full.stop()).toBe(0);
      expect(full.stdout).toContain('"event":"http.unavailable"');
      expect(full.stdout).not.toContain('canary');
    },
  );
});
