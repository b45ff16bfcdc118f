import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A Redis of one test, on a socket of its own. It keeps nothing: what is stopped comes back empty. */
export class RedisServer {
  readonly #program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'posthorn-redis-'));
  #process: ChildProcess | undefined;

  constructor(program: string) {
    this.#program = program;
  }

  get path(): string {
    return join(this.#folder, 'redis.sock');
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const settings = ['--port', '0', '--unixsocket', this.path, '--save', '', '--appendonly', 'no'];
    const started = spawn(this.#program, [...settings, '--dir', this.#folder], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#process = started;
    const said: string[] = [];
    for await (const line of createInterface({ input: started.stdout })) {
      if (/ready to accept connections/i.test(line)) {
        // What it says from now on is not kept, but has to be read.
        started.stdout.resume();
        return;
      }
      said.push(line);
    }
    throw new Error(`Redis did not start:\n${said.join('\n')}`);
  }

  /** As if its machine were gone: nobody is told. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
    this.#process = undefined;
    rmSync(this.path, { force: true });
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
