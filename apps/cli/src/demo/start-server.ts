import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Started, startChild } from './child-process.js';

const MAIN = fileURLToPath(new URL('../../../server/src/main.js', import.meta.url));

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
    args: [MAIN],
    folder,
    env: { PORT: '0', ...env },
    log: join(folder, 'server.log'),
    ready: (line) => /listens on (http:\S+)/.exec(line)?.[1],
  });
  return { ...started, url: announced };
}
