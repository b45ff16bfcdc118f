import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Lag } from './lag-probe.js';

const MAIN = fileURLToPath(new URL('../../bundle/apps/server/src/main.js', import.meta.url));
/** The function of the REST API behind a gateway. */
export const FUNCTION = fileURLToPath(
  new URL('../../bundle/test/hostile/function-process.js', import.meta.url),
);
const PROBE = new URL('./lag-probe.js', import.meta.url).href;

type Env = Readonly<Record<string, string>>;

/** The server as an operator runs it: a process of its own on a free port of this machine, and all that it says. */
export class PosthornProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  stdout = '';
  stderr = '';

  /**
   * @param launcher what starts Node where it is not started as it is: `['sh', '-c', 'ulimit …; exec "$@"', 'sh']`
   * @param main another program, bundled, that says where it listens
   */
  constructor(env: Env, cwd: string, launcher: readonly string[] = [], main = MAIN) {
    const [program = process.execPath, ...args] = [...launcher, process.execPath, '--import', PROBE, main];
    const { PATH = '' } = process.env;
    this.#child = spawn(program, args, {
      cwd,
      env: { PATH, PORT: '0', NODE_NO_WARNINGS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.stdout?.on('data', (bytes: Buffer) => (this.stdout += bytes.toString()));
    this.#child.stderr?.on('data', (bytes: Buffer) => (this.stderr += bytes.toString()));
    this.exited = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** Where it listens. @throws Error with its last words if it ended instead */
  async url(): Promise<string> {
    for (;;) {
      const url = /listens on (http:\S+)/.exec(this.stdout)?.[1];
      if (url !== undefined) return url;
      const more = once(this.#child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
      const ended = await Promise.race([more.then(() => false), this.exited.then(() => true)]);
      if (ended) throw new Error(`It ended without listening:\n${this.stderr}`);
    }
  }

  /** How its event loop fared since the last time this was asked. */
  async lag(): Promise<Lag> {
    const told = once(this.#child, 'message');
    this.#child.send('lag');
    const [{ lag }] = (await told) as [{ lag: Lag }];
    return lag;
  }

  /** Has its event loop stand still, for longer than any machine would excuse. */
  hold(): void {
    this.#child.send('hold');
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** @returns its exit code */
  stop(signal: 'SIGTERM' | 'SIGKILL' | 'SIGUSR2' = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }
}
