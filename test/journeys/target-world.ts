import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { PosthornProcess } from '#test/hostile/posthorn-process.js';
import { startCloud } from '#test/support/cloud.js';
import { freePort } from '#test/support/free-port.js';
import { FunctionsInProcess } from '#test/support/functions-in-process.js';

export const TARGETS = ['embedded', 'container', 'lambda'] as const;
export type TargetName = (typeof TARGETS)[number];

type Env = Readonly<Record<string, string>>;

/** What was pushed to a connection of a user's. */
export interface Heard {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The product on one of its targets, and how it is reached there: by HTTP, and by a socket of the chat. */
export interface TargetWorld {
  readonly url: string;
  /** Opens a socket with a user's token; resolves when it is open. */
  listen(token: string): Promise<readonly Heard[]>;
  close(): Promise<void>;
}

/** @param file what stands in `posthorn.config.json` */
export async function startTarget(target: TargetName, env: Env, file: object): Promise<TargetWorld> {
  const folder = await mkdtemp(join(tmpdir(), `posthorn-${target}-`));
  await writeFile(join(folder, 'posthorn.config.json'), JSON.stringify(file));
  const world = target === 'lambda' ? await onLambda(env, folder) : await asProcess(target, env, folder);
  return {
    ...world,
    close: async () => {
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function asProcess(target: 'embedded' | 'container', env: Env, folder: string): Promise<TargetWorld> {
  const cloud = target === 'container' ? await startCloud() : undefined;
  const port = String(await freePort());
  const own = { PORT: port, POSTHORN_PUBLIC_URL: `http://127.0.0.1:${port}`, POSTHORN_DATA_DIR: folder };
  const process = new PosthornProcess({ ...cloud?.env, ...own, LOG_LEVEL: 'error', ...env }, folder);
  const url = await process.url();
  const sockets: ReturnType<typeof io>[] = [];
  return {
    url,
    listen: async (token) => {
      const heard: Heard[] = [];
      const socket = io(`${url}/chat`, { auth: { token }, transports: ['websocket'] });
      sockets.push(socket);
      socket.onAny((event: string, data: Heard['data']) => heard.push({ event, data }));
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
      });
      return heard;
    },
    close: async () => {
      for (const socket of sockets) socket.disconnect();
      await process.stop();
      await cloud?.close();
    },
  };
}

async function onLambda(env: Env, folder: string): Promise<TargetWorld> {
  const functions = await FunctionsInProcess.start(env, folder);
  const sockets: WebSocket[] = [];
  return {
    url: functions.url,
    listen: async (token) => {
      const heard: Heard[] = [];
      const socket = new WebSocket(`${functions.socketUrl}?token=${encodeURIComponent(token)}`);
      sockets.push(socket);
      socket.on('message', (text: Buffer) => heard.push(JSON.parse(text.toString()) as Heard));
      await new Promise<void>((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
      });
      return heard;
    },
    close: async () => {
      for (const socket of sockets) socket.terminate();
      await functions.close();
    },
  };
}
