import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';

export interface RedisProcess {
  readonly port: number;
  readonly url: string;
  /** Takes it away as if its machine were gone; what it held is lost. */
  stop(): Promise<void>;
  /** Back again on the same port, empty. */
  start(): Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
}

/** A Redis of this test's own on loopback, which keeps nothing. */
export async function startRedis(program: string): Promise<RedisProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-redis-'));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    server = spawn(program, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    await saysItIsReady(server);
  };
  const stop = async (): Promise<void> => {
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  const close = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { port, url: `redis://127.0.0.1:${port}`, stop, start, close };
}

async function saysItIsReady(server: ChildProcess): Promise<void> {
  const said: string[] = [];
  if (!server.stdout) throw new Error('Its output is not ours to read.');
  for await (const line of createInterface({ input: server.stdout })) {
    said.push(line);
    if (line.includes('Ready to accept connections')) {
      server.stdout.resume();
      return;
    }
  }
  throw new Error(`Redis did not start:\n${said.join('\n')}`);
}
