import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StorageClient } from './storage-client.js';
import type { FromStorage, ToStorage } from './wire.js';

describe('the answers of one commit to many asks', () => {
  const MANY = 100;
  let client: StorageClient;
  let thread: MessagePort;
  let ours: MessagePort;
  let given: number[];
  let turns: number[];
  beforeEach(() => {
    const { port1, port2 } = new MessageChannel();
    [ours, thread] = [port1, port2];
    client = new StorageClient(ours);
    [given, turns] = [[], []];
  });
  afterEach(() => thread.close());

  /** Each as it is given: which it was, and in which turn of the loop. */
  const asked = async (): Promise<{ readonly ids: readonly number[]; readonly all: Promise<unknown> }> => {
    let turn = 0;
    const next = (): void => {
      turn += 1;
      if (given.length < MANY) setImmediate(next);
    };
    const all = Promise.allSettled(
      Array.from({ length: MANY }, async (_, n) => {
        if ((await client.ask('store', 'procedure', n, false)) === n) given.push(n);
        turns.push(turn);
      }),
    );
    const [message] = (await once(thread, 'message')) as [ToStorage];
    setImmediate(next);
    return { ids: 'asks' in message ? message.asks.map(({ id }) => id) : [], all };
  };
  const say = (message: FromStorage): void => thread.postMessage(message);
  const answers = (ids: readonly number[]): FromStorage => ({
    answers: ids.map((id, n) => ({ id, ok: true, value: n })),
  });

  it('are given in their order, some at a time: everything else gets its turn in between', async () => {
    const { ids, all } = await asked();
    say(answers(ids));
    await all;
    expect(given).toEqual(Array.from({ length: MANY }, (_, n) => n));
    expect(new Set(turns).size).toBeGreaterThan(2);
  });

  it('come before what is signalled after them', async () => {
    const { ids, all } = await asked();
    const signalled = new Promise<number>((resolve) => client.on('chat', () => resolve(given.length)));
    say(answers(ids));
    say({ signals: ['chat'] });
    await all;
    expect(await signalled).toBeGreaterThan(MANY - 40);
  });

  it('are answers though the storage goes before all are given', async () => {
    const { ids, all } = await asked();
    say(answers(ids));
    say({ signals: ['chat'] });
    await once(ours, 'message');
    client.fail(new Error('gone'));
    await all;
    expect(given).toHaveLength(MANY);
    await expect(client.ask('store', 'procedure', 0, false)).rejects.toThrow('gone');
  });
});
