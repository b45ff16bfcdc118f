import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';
import { ProcessMeter } from './process-meter.js';

/** As Redis' own documentation advises where jobs must not be lost: at most a second of them after a crash. */
export const REDIS_SETTINGS = { appendonly: 'yes', appendfsync: 'everysec', save: '' } as const;

/** A Redis of our own in an empty folder, on a free loopback port. */
export class Redis {
  readonly port: number;
  readonly meter: ProcessMeter;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, pid: number, port: number, folder: string) {
    this.#child = child;
    this.port = port;
    this.#folder = folder;
    this.meter = new ProcessMeter(pid);
  }

  /** Undefined where none is installed; the bench then does without this comparison, and says so. */
  static async start(): Promise<Redis | undefined> {
    const program = findRedis();
    if (program === undefined) return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'));
    const port = await freePort();
    const settings = Object.entries(REDIS_SETTINGS).flatMap(([name, value]) => [`--${name}`, value]);
    const address = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
    const child = spawn(program, [...address, ...settings, '--daemonize', 'no'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.pid === undefined || !child.stdout) throw new Error('redis-server could not be started');
    const lines = createInterface({ input: child.stdout });
    for await (const line of lines) if (line.includes('Ready to accept connections')) break;
    child.stdout.resume();
    return new Redis(child, child.pid, port, folder);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function findRedis(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path));
}
