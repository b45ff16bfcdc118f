import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { FileStore } from '#client/file-store.js';
import { type CloudHere, startCloudHere } from '#test/support/cloud-here.js';
import { until } from '#test/support/until.js';
import { ChatWorld } from './chat-world.js';

/** This starts whole servers, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);
/** How often the engine asks a throttled table. */
const ATTEMPTS = 9;

describe('What a throttled table could not take', () => {
  let cloud: CloudHere;
  let world: ChatWorld;
  let worker: RunningServer | undefined;
  beforeAll(async () => {
    cloud = await startCloudHere();
    world = await ChatWorld.start(1, cloud.env);
  });
  afterAll(async () => {
    await worker?.stop();
    await world.close();
    await cloud.close();
  });

  const throttle = (): number => {
    const { dynamo } = cloud;
    const how = 'ProvisionedThroughputExceededException';
    dynamo.plan({ operation: 'TransactWriteItems', how, times: ATTEMPTS });
    return refused();
  };
  const refused = (): number =>
    cloud.dynamo.journal().filter(({ answer }) => answer === 'refused by a fault').length;
  /** In a process of its own: that which took the messages has nothing to do with it any more. */
  const startWorker = async (): Promise<void> => {
    const env = {
      ...cloud.env,
      PORT: '0',
      POSTHORN_API_KEY: 'chat-world-owner-key',
      POSTHORN_ROLES: 'worker',
    };
    const folder = join(world.folder, 'worker');
    const config = await readServerConfig({ ...env, POSTHORN_DATA_DIR: folder }, folder);
    worker = await startServer({ config, log: new MemoryLog(), onFatal: () => {} });
  };
  const codeOf = (sent: Promise<unknown>): Promise<unknown> =>
    sent.then(
      () => 'sent',
      (error: unknown) => (error as { code?: unknown }).code,
    );

  it('is stored, once and in its order, when its sender has gone and the table is there again', async () => {
    const alone = await world.group('anna', 'ben');
    const library = await world.group('cleo', 'ben');
    const store = (): FileStore => new FileStore(join(world.folder, 'cleo.json'));
    const ben = await world.client('ben').following(library);

    throttle();
    // Whoever goes on without an answer is kept in line, though the table would take the second.
    for (const text of ['one', 'two', 'three'])
      expect(await codeOf(world.say('anna', alone, text))).toBe('storage_unavailable');
    expect(await world.logOf('ben', alone)).toEqual([]);

    const before = await world.client('cleo', { store: store() }).following(library);
    const met = throttle();
    const mine = before.client.send(library, 'mine');
    await until(() => (refused() >= met + ATTEMPTS ? true : undefined));
    // Twice is the client's own patience: what it asks meanwhile finds the first in the log or not.
    before.client.stop();
    expect(before.acks).toEqual([]);

    await startWorker();
    await ben.hears(library, 'mine');
    const texts = async (by: string, id: string): Promise<string[]> =>
      (await world.logOf(by, id)).map(({ text }) => text);
    await until(async () => ((await texts('anna', alone)).length >= 3 ? true : undefined));
    expect(await texts('anna', alone)).toEqual(['one', 'two', 'three']);

    // Those who ask again have the acknowledgement of what is there.
    expect(await world.say('anna', alone, 'two')).toBe(2);
    const after = world.client('cleo', { store: store() });
    await after.client.start();
    await after.isAcked(mine);
    expect(await texts('cleo', library)).toEqual(['mine']);
    expect(ben.textsOf(library)).toEqual(['mine']);
    expect(after.refused).toEqual([]);
    for (const { client } of [after, ben]) client.stop();
  });
});
