import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Started, startChild } from './child-process.js';

const MAIN = fileURLToPath(new URL('../../../../bundle/apps/server/src/main.js', import.meta.url));

/**
 * Nobody is left behind: when our end of its standard input is closed, however we ended, it stops as on SIGTERM. Its
 * threads load this too, and have an input of their own, which is at its end from the start.
 */
const DIES_WITH_US = `
  import { isMainThread } from 'node:worker_threads';
  const stop = () => process.kill(process.pid, 'SIGTERM');
  if (isMainThread) process.stdin.on('end', stop).on('error', () => {}).resume();`;

export interface ServerToStart {
  /** Holds its data, its configuration file and its log. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The server as an operator runs it, on a free port unless told otherwise. */
export async function startServer({
  folder,
  env,
}: ServerToStart): Promise<Started & { readonly url: string }> {
  const { announced, ...started } = await startChild({
    name: 'server',
    args: ['--import', `data:text/javascript,${encodeURIComponent(DIES_WITH_US)}`, MAIN],
    folder,
    env: { PORT: '0', ...env },
    log: join(folder, 'server.log'),
    ready: (line) => /listens on (http:\S+)/.exec(line)?.[1],
  });
  return { ...started, url: announced };
}
