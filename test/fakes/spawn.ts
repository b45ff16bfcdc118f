import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Provider } from './kit/journal.js';
import type { Announced } from './serve.js';

/** Fake vendors in a process of their own, which outlives any crash of the product's. */
export interface SpawnedFakes {
  readonly pid: number;
  readonly fakes: Partial<Record<Provider, Announced>>;
  /** Ends it and resolves with its exit code (`null` after a kill). */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Closes its stdin, as the end of this process would, and resolves with its exit code. */
  orphan(): Promise<number | null>;
}

const SERVE = fileURLToPath(new URL('./serve.js', import.meta.url));

/** Starts `serve.js` with these arguments; it ends when this process does. */
export async function spawnFakes(args: readonly string[]): Promise<SpawnedFakes> {
  const child: ChildProcess = spawn(process.execPath, [SERVE, ...args, '--die-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  if (!child.stdout) throw new Error('the fakes have no stdout');
  const first = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const line = await Promise.race([first, exited.then((code) => [`the fakes ended with ${code}`] as const)]);
  if (!line[0].startsWith('{')) throw new Error(line[0]);
  const { pid, ...fakes } = JSON.parse(line[0]) as { pid: number } & SpawnedFakes['fakes'];
  return {
    pid,
    fakes,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
    orphan: () => {
      child.stdin?.end();
      return exited;
    },
  };
}
