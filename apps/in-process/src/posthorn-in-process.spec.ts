import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Door } from './door.js';
import type { openPosthorn, OpenPosthorn } from './open-posthorn.js';
import { PosthornInProcess } from './posthorn-in-process.js';

describe('Posthorn in a process of somebody else', () => {
  const told: string[] = [];
  let fatal: (error: Error) => void;
  const logged: string[] = [];
  const logger = { log: () => {}, warn: () => {}, error: (line: string) => void logged.push(line) };
  const open: typeof openPosthorn = async (_config, _log, onFatal): Promise<OpenPosthorn> => {
    told.push('opened');
    fatal = onFatal;
    return { door: {} as Door, stop: async () => void told.push('closed') };
  };
  beforeEach(() => {
    told.length = 0;
    logged.length = 0;
  });

  it('is opened once, by whoever needs it first', async () => {
    const posthorn = new PosthornInProcess({ dataDir: '/nowhere' }, open);
    await turn();
    expect(told).toEqual([]);
    await Promise.all([posthorn.use(async () => 1), posthorn.onModuleInit(), posthorn.use(async () => 2)]);
    expect(told).toEqual(['opened']);
  });

  it('is closed once, after everything that it was asked before', async () => {
    const posthorn = new PosthornInProcess({ dataDir: '/nowhere' }, open);
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    const answered = posthorn.use(() => gate).then(() => told.push('answered'));
    const refused = posthorn.use(() => gate.then(() => Promise.reject(new Error('No.'))));
    const closed = Promise.all([posthorn.onApplicationShutdown(), posthorn.onApplicationShutdown()]);
    await turn();
    await expect(posthorn.use(async () => 1)).rejects.toMatchObject({ code: 'shutting_down' });
    go();
    await expect(refused).rejects.toThrow('No.');
    await answered;
    await closed;
    expect(told).toEqual(['opened', 'answered', 'closed']);
  });

  it('closes without having been opened, and after it could not be', async () => {
    await new PosthornInProcess({ dataDir: '/nowhere' }, open).onApplicationShutdown();
    const fails = new PosthornInProcess({ dataDir: '/nowhere' }, () =>
      Promise.reject(new Error('The disk is full.')),
    );
    await expect(fails.onModuleInit()).rejects.toThrow('The disk is full.');
    await expect(fails.use(async () => 1)).rejects.toThrow('The disk is full.');
    await fails.onApplicationShutdown();
    expect(told).toEqual([]);
  });

  it('says that its storage has died, and leaves to the application what follows', async () => {
    const heard: string[] = [];
    const onFatal = (error: Error): void => void heard.push(error.message);
    const posthorn = new PosthornInProcess({ dataDir: '/nowhere', logger, onFatal }, open);
    await posthorn.onModuleInit();
    fatal(new Error('A storage thread has ended.'));
    expect(heard).toEqual(['A storage thread has ended.']);
    await expect(posthorn.use(async () => 1)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(logged).toEqual([expect.stringMatching(/^storage\.lost .*A storage thread has ended\./)]);
  });
});
