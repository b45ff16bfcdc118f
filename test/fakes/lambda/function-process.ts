import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How long the file of the function took to be read. */
export interface Init {
  readonly initMs: number;
  readonly cpuMs: number;
}

type Said =
  { readonly ok: true; readonly answer?: unknown } | { readonly ok: false; readonly message: string };

export interface FunctionPlan {
  /** `<bundle>/index.mjs` */
  readonly file: string;
  /** All that it is told; it inherits nothing. */
  readonly env: Readonly<Record<string, string>>;
  /** Stopped between two events, as Lambda does: what an answer did not wait for stands still. */
  readonly freezes?: boolean;
  readonly nodeArguments?: readonly string[];
}

const RUNTIME = fileURLToPath(new URL('./runtime.js', import.meta.url));
const TIMEOUT_MS = 30_000;

/** One process of a function, which takes one event at a time. What waits for it waits in line. */
export class FunctionProcess {
  readonly init: Init;
  readonly #child: ChildProcess;
  readonly #freezes: boolean;
  readonly #endWithUs = (): void => void this.#child.kill('SIGKILL');
  #line: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  private constructor(child: ChildProcess, init: Init, freezes: boolean) {
    this.#child = child;
    this.init = init;
    this.#freezes = freezes;
    // A process that stands still does not notice that we have gone.
    process.once('exit', this.#endWithUs);
    this.#freeze();
  }

  static async start({
    file,
    env,
    freezes = true,
    nodeArguments = [],
  }: FunctionPlan): Promise<FunctionProcess> {
    const child = fork(RUNTIME, [file], {
      env: { ...env },
      execArgv: [...nodeArguments],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new FunctionProcess(child, await heard<Init>(child), freezes);
  }

  /** How many events it has in hand or before it. */
  get load(): number {
    return this.#waiting;
  }

  /** @throws Error in the words of what the handler threw */
  async invoke<T>(event: unknown, timeoutMs = TIMEOUT_MS): Promise<T> {
    this.#waiting += 1;
    const before = this.#line;
    const done = before.then(() => this.#ask(event, timeoutMs)).finally(() => (this.#waiting -= 1));
    this.#line = done.catch(() => {});
    const said = await done;
    if (!said.ok) throw new Error(said.message);
    return said.answer as T;
  }

  async stop(): Promise<void> {
    process.removeListener('exit', this.#endWithUs);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #ask(event: unknown, timeoutMs: number): Promise<Said> {
    if (this.#freezes) this.#child.kill('SIGCONT');
    const said = heard<Said>(this.#child);
    this.#child.send({ event, timeoutMs });
    const answer = await said;
    this.#freeze();
    return answer;
  }

  #freeze(): void {
    if (this.#freezes) this.#child.kill('SIGSTOP');
  }
}

/** The next thing that it says. */
function heard<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null): void =>
      reject(new Error(`The function ended (${code ?? signal}).`));
    child.once('exit', ended);
    child.once('message', (said) => {
      child.removeListener('exit', ended);
      resolve(said as T);
    });
  });
}
