import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../../../bundle/apps/server/src/main.js', import.meta.url));

/** The server as an operator runs it: a process of its own, on a free port. */
class ServerProcess {
  readonly #child: ChildProcess;
  output = '';
  readonly exited: Promise<number | null>;

  constructor(env: Readonly<Record<string, string>>, cwd: string, nodeOptions: readonly string[] = []) {
    const { PATH = '' } = process.env;
    this.#child = spawn(process.execPath, [...nodeOptions, MAIN], { cwd, env: { PATH, PORT: '0', ...env } });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (bytes: Buffer) => (this.output += bytes.toString()));
    }
    this.exited = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** Waits until it has said this. */
  async said(words: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = words.exec(this.output);
      if (match) return match;
      const more = once(this.#child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
      const ended = await Promise.race([more.then(() => false), this.exited.then(() => true)]);
      if (ended && !words.test(this.output))
        throw new Error(`It ended without saying ${words}:\n${this.output}`);
    }
  }

  async url(): Promise<string> {
    return (await this.said(/listens on (http:\S+)/))[1] ?? '';
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}

/** Each of these starts processes, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

describe('the server process', () => {
  let folder: string;
  const running: ServerProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-server-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.kill()));
    await rm(folder, { recursive: true, force: true });
  });
  const start = (env: Record<string, string> = {}, nodeOptions: readonly string[] = []): ServerProcess => {
    const server = new ServerProcess(env, folder, nodeOptions);
    running.push(server);
    return server;
  };
  const stopped = async (server: ServerProcess): Promise<number | null> => {
    server.signal('SIGTERM');
    return server.exited;
  };
  const ask = (url: string, path: string, key: string): Promise<Response> =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });

  describe('starting', () => {
    it('prints the URL and, the first time only, an owner key that works from then on', async () => {
      const first = start();
      const url = await first.url();
      const [, key = ''] = await first.said(/Owner API key, shown this once: (phk_\w+)/);
      expect((await ask(url, '/v1/workspace', key)).status).toBe(200);
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      expect(await stopped(first)).toBe(0);

      const second = start();
      expect((await ask(await second.url(), '/v1/workspace', key)).status).toBe(200);
      expect(await stopped(second)).toBe(0);
      expect(second.output).not.toContain('phk_');
    });

    it('takes the owner key it is given, and prints none', async () => {
      const server = start({ POSTHORN_API_KEY: 'given-by-the-operator' });
      expect((await ask(await server.url(), '/v1/workspace', 'given-by-the-operator')).status).toBe(200);
      await stopped(server);
      expect(server.output).not.toMatch(/phk_|given-by-the-operator/);
    });

    it('says so when the port is taken, and does not swallow the owner key with it', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const blocked = start({ PORT: String(port) });
      expect(await blocked.exited).toBe(1);
      expect(blocked.output).toContain(`Port ${port} of 127.0.0.1 is taken by another program.`);
      other.close();
      const server = start();
      await server.said(/Owner API key/);
    });

    it('says so when the data folder cannot be written', async () => {
      await writeFile(join(folder, 'a-file'), '');
      const server = start({ POSTHORN_DATA_DIR: join(folder, 'a-file', 'data') });
      expect(await server.exited).toBe(1);
      expect(server.output).toMatch(/^posthorn: The data folder .* cannot be written/m);
    });

    it('says so when the database is damaged, and leaves it as it is', async () => {
      await mkdir(join(folder, 'data'));
      await writeFile(join(folder, 'data', 'posthorn.db'), 'this was a database once '.repeat(1000));
      const server = start();
      expect(await server.exited).toBe(1);
      expect(server.output).toMatch(/^posthorn: The database in .* is damaged .* Restore it from a backup/m);
    });

    it('says so when another process uses the data folder', async () => {
      const first = start();
      await first.url();
      const second = start();
      expect(await second.exited).toBe(1);
      expect(second.output).toMatch(/^posthorn: .* is in use by another/m);
      expect((await fetch(`${await first.url()}/health/ready`)).status).toBe(200);
    });

    it('names everything that is wrong with the configuration, without its values', async () => {
      const server = start({ PORT: 'canary', POSTHORN_TARGET: 'canary', EMAIL_PROVIDERS: 'resend' });
      expect(await server.exited).toBe(2);
      expect(server.output).toMatch(/^posthorn: The configuration is not valid:/m);
      for (const name of ['PORT', 'POSTHORN_TARGET', 'RESEND_API_KEY'])
        expect(server.output).toContain(`  ${name}: `);
      expect(server.output).not.toContain('canary');
    });

    it('says so when HOST is not an address of this machine', async () => {
      const server = start({ HOST: '203.0.113.7' });
      expect(await server.exited).toBe(1);
      expect(server.output).toContain('203.0.113.7 is not an address of this machine');
    });
  });

  describe('stopping', () => {
    /** A request that the server has begun to handle and cannot finish, for its body is still to come. */
    const beginRequest = async (
      url: string,
      key: string,
    ): Promise<{ socket: Socket; answer: Promise<string> }> => {
      const { port } = new URL(url);
      const socket = connect(Number(port), '127.0.0.1');
      let received = '';
      socket.on('data', (bytes) => (received += bytes.toString()));
      socket.on('error', () => {});
      const answer = once(socket, 'close').then(() => received);
      const head = `POST /v1/api-keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\nexpect: 100-continue\r\n`;
      socket.write(`${head}content-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n`);
      await once(socket, 'data');
      socket.write(BODY.slice(0, 10));
      return { socket, answer };
    };
    const BODY = '{"name":"made while stopping","scopes":["keys:read"]}';
    const KEY = 'owner-key-for-the-test';

    it('answers what is under way, takes nothing new, and exits 0', async () => {
      const server = start({ POSTHORN_API_KEY: KEY });
      const url = await server.url();
      const { socket, answer } = await beginRequest(url, KEY);
      server.signal('SIGTERM');
      await server.said(/server\.stopping/);
      const began = performance.now();
      socket.write(BODY.slice(10));
      expect(await answer).toMatch(/HTTP\/1\.1 201 /);
      expect(await server.exited).toBe(0);
      expect(performance.now() - began).toBeLessThan(5000);
      await expect(fetch(`${url}/health/live`)).rejects.toThrow();
      expect(server.output).toContain('server.stopped');
    });

    it('does not wait for connections that are merely open', async () => {
      const server = start({ POSTHORN_API_KEY: KEY });
      const { port } = new URL(await server.url());
      const idle = connect(Number(port), '127.0.0.1');
      idle.on('error', () => {});
      await once(idle, 'connect');
      await ask(await server.url(), '/v1/workspace', KEY);
      const began = performance.now();
      expect(await stopped(server)).toBe(0);
      expect(performance.now() - began).toBeLessThan(5000);
      idle.destroy();
    });

    it('exits at once on a second signal', async () => {
      const server = start({ POSTHORN_API_KEY: KEY });
      await beginRequest(await server.url(), KEY);
      server.signal('SIGTERM');
      await server.said(/server\.stopping/);
      server.signal('SIGINT');
      expect(await server.exited).toBe(130);
    });

    it('exits 1 when the storage dies under it', async () => {
      const saboteur = `
        import { createRequire, syncBuiltinESMExports } from 'node:module';
        const threads = createRequire('/')('node:worker_threads');
        const started = [];
        threads.Worker = class extends threads.Worker { constructor(...args) { super(...args); started.push(this); } };
        syncBuiltinESMExports();
        process.on('SIGUSR2', () => started[0].terminate());`;
      const server = start({}, ['--import', `data:text/javascript,${encodeURIComponent(saboteur)}`]);
      await server.url();
      server.signal('SIGUSR2');
      expect(await server.exited).toBe(1);
      expect(server.output).toContain('storage.lost');
    });
  });

  it('writes neither secrets nor addresses to its output, at any level', async () => {
    const secret = 'c4nary-provider-secret';
    const server = start({
      LOG_LEVEL: 'trace',
      POSTHORN_API_KEY: 'c4nary-owner-key',
      EMAIL_PROVIDERS: 'resend,capture',
      RESEND_API_KEY: secret,
      SMTP_URL: 'smtp://user:c4nary-password@127.0.0.1:25',
    });
    const url = await server.url();
    const send = (path: string, init: RequestInit): Promise<Response> =>
      fetch(`${url}${path}`, {
        ...init,
        headers: { authorization: 'Bearer c4nary-owner-key', ...init.headers },
      });
    await send('/v1/api-keys', {
      method: 'POST',
      body: '{"name":"canary.bird@example.com",',
      headers: { 'content-type': 'application/json' },
    });
    await send('/v1/api-keys/canary.bird@example.com', { method: 'DELETE' });
    await send('/v1/nowhere?email=canary.bird@example.com', { method: 'GET' });
    await send('/v1/workspace', { method: 'GET', headers: { authorization: 'Bearer c4nary-wrong-key' } });
    expect(await stopped(server)).toBe(0);
    expect(server.output).toContain('http.request');
    expect(server.output).not.toMatch(/canary\.bird|example\.com|c4nary/);
  });
});
