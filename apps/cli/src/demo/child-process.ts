import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Trouble } from '../trouble.js';

export interface Started {
  readonly exited: Promise<number | null>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/** Where a program says that it is ready, and with what. */
type Announcement<T> = (line: string) => T | undefined;

export interface ChildSetting<T> {
  readonly name: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Everything it says goes there. */
  readonly log: string;
  readonly ready: Announcement<T>;
}

/**
 * Starts a Node program in a process of its own, and waits until it has announced itself.
 * @throws Trouble if it ends before
 */
export async function startChild<T>(setting: ChildSetting<T>): Promise<Started & { readonly announced: T }> {
  const { name, args, folder, env, log, ready } = setting;
  const child = spawn(process.execPath, [...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own group: Ctrl-C is for us, who end the others in their order.
    detached: true,
  });
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  const exited = once(child, 'exit').then(([code]) => {
    process.off('exit', end);
    return code as number | null;
  });
  const written = createWriteStream(log, { flags: 'a' });
  child.stderr.pipe(written, { end: false });
  const announced = await Promise.race([firstReady(child, written, ready), exited.then(() => undefined)]);
  if (announced === undefined)
    throw new Trouble(`The ${name} did not start.`, `What it said stands in ${log}.`);
  return {
    announced,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      written.end();
    },
  };
}

/** Goes on writing the log when the line has come. */
function firstReady<T>(
  child: ChildProcess,
  log: NodeJS.WritableStream,
  ready: Announcement<T>,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    if (!child.stdout) return resolve(undefined);
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      log.write(`${line}\n`);
      const found = ready(line);
      if (found !== undefined) resolve(found);
    });
    lines.on('close', () => resolve(undefined));
  });
}
