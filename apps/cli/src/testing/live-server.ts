import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteFake } from '#test/fakes/kit/remote.js';
import { spawnFakes } from '#test/fakes/spawn.js';
import { startServer } from '../demo/start-server.js';
import { type CliSetting, posthorn, type Ran } from './cli-process.js';

const KEY = 'key-of-the-live-server';

/** A server and a stand-in for SES, each in a process of its own, and a folder to work in. */
export interface LiveServer {
  readonly url: string;
  readonly folder: string;
  readonly ses: RemoteFake;
  /** The environment of an operator who works with it. */
  readonly env: Readonly<Record<string, string>>;
  /** `posthorn …` in that folder, as that operator. */
  cli(args: readonly string[], setting?: CliSetting): Promise<Ran>;
  post(path: string, body: object): Promise<{ id: string }>;
  stop(): Promise<void>;
}

/** Where nobody listens. */
export async function silentUrl(): Promise<string> {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  listening.close();
  await once(listening, 'close');
  return `http://127.0.0.1:${port}`;
}

export async function startLiveServer(): Promise<LiveServer> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-cli-'));
  const { fakes, stop: stopFakes } = await spawnFakes(['--ses', '--journal', join(folder, 'fakes')]);
  const ses = fakes.ses!;
  const own = {
    POSTHORN_API_KEY: KEY,
    EMAIL_PROVIDERS: 'ses,capture',
    SES_REGION: 'us-east-1',
    SES_ENDPOINT: ses.url,
    AWS_ACCESS_KEY_ID: ses.credentials['accessKeyId']!,
    AWS_SECRET_ACCESS_KEY: ses.credentials['secretAccessKey']!,
  };
  const server = await startServer({ folder, env: own });
  const env = { ...own, POSTHORN_URL: server.url };
  return {
    url: server.url,
    folder,
    ses: new RemoteFake(ses.adminUrl),
    env,
    cli: (args, setting = {}) => posthorn(args, { folder, ...setting, env: { ...env, ...setting.env } }),
    post: async (path, body) => {
      const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
      const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as { id: string };
    },
    stop: async () => {
      await server.stop();
      await stopFakes();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
