import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const VICTIM_KEY = 'fault-harness-owner-key';

/** A server; the functions of Lambda; those of its lanes. */
export type Program = 'victim' | 'functions' | 'lane-functions';

const FOLDER = new URL('../../bundle/test/faults/', import.meta.url);
const START_WITHIN_MS = 60_000;

/** One life of the server. `exit` resolves when it has ended, by whatever. */
export class VictimProcess {
  readonly url: string;
  /** Where it believes to be reached: what a vendor signs. */
  readonly publicUrl: string;
  readonly exit: Promise<void>;
  readonly #child: ChildProcess;
  #ended = false;

  private constructor(child: ChildProcess, url: string, publicUrl: string) {
    this.#child = child;
    this.url = url;
    this.publicUrl = publicUrl;
    this.exit = new Promise((resolve) => {
      const end = (): void => {
        this.#ended = true;
        resolve();
      };
      if (child.exitCode !== null || child.signalCode !== null) end();
      else child.once('exit', end);
    });
  }

  /** @returns undefined if it died before it listened, which a crash plan may well bring about */
  static async start(
    env: Readonly<Record<string, string>>,
    program: Program = 'victim',
  ): Promise<VictimProcess | undefined> {
    const child = spawn(process.execPath, [fileURLToPath(new URL(`${program}.js`, FOLDER))], {
      env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', LOG_LEVEL: 'error', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    const timer = setTimeout(() => child.kill('SIGKILL'), START_WITHIN_MS);
    const url = await Promise.race([
      once(lines, 'line').then(([line]) => String(line)),
      once(child, 'exit').then(() => undefined),
    ]);
    clearTimeout(timer);
    return url === undefined ? undefined : new VictimProcess(child, url, env['POSTHORN_PUBLIC_URL'] ?? url);
  }

  get ended(): boolean {
    return this.#ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#child.kill('SIGTERM');
    await this.exit;
  }
}
