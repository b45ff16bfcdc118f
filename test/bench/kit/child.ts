import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const contestants = new URL('../contestants/', import.meta.url);

export interface ContestantOptions {
  readonly profileTo?: string | undefined;
}

/**
 * A contestant in a process of its own. It is given its orders as JSON on the command line and talks back in lines of
 * JSON; the last one is its result. It ends with us at the latest: its stdin closes then.
 */
export class Contestant {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, pid: number, lines: AsyncIterator<string>) {
    this.pid = pid;
    this.#child = child;
    this.#lines = lines;
    this.#ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }

  static start(script: string, orders: object, { profileTo }: ContestantOptions = {}): Contestant {
    const profile =
      profileTo === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`, `--cpu-prof-name=${script}-${Date.now()}.cpuprofile`];
    const path = fileURLToPath(new URL(`${script}.js`, contestants));
    const child = spawn(process.execPath, [...profile, path, JSON.stringify(orders)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (child.pid === undefined || !child.stdout) throw new Error(`${script} could not be started`);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return new Contestant(child, child.pid, lines);
  }

  /** The next thing that it says. */
  async hear<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`a contestant ended with ${await this.#ended} and without a word`);
    return JSON.parse(value as string) as T;
  }

  /** Tells it something on its stdin, a line of JSON. @returns the next thing that it says */
  ask<T>(what: object): Promise<T> {
    this.#child.stdin?.write(`${JSON.stringify(what)}\n`);
    return this.hear<T>();
  }

  /** Asks it to come to an end; resolves with its last word. */
  async end<T>(): Promise<T> {
    this.#child.stdin?.end();
    const last = await this.hear<T>();
    await this.#ended;
    return last;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** What a contestant's process used up, told by itself. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly maxRssBytes: number;
}

export function ownUsage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, maxRssBytes: maxRSS * 1024 };
}

/** The orders given to this process. */
export function orders<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

export function tell(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Ends this process when all that it has told is out: to exit at once cuts off what did not fit into the pipe. */
export function leave(): void {
  process.stdout.write('', () => process.exit(0));
}
