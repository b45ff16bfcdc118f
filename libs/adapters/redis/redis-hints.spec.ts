import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisProcess, startRedis } from '#test/support/redis.js';
import { describeWhen } from '#test/support/system-packages.js';
import { until } from '#test/support/until.js';
import { type Hint, RedisHints } from './redis-hints.js';

/** A store of one process: it tells whoever listens that something was written, and is woken from outside. */
class Store implements Hint {
  readonly #listeners = new Set<() => void>();
  given = 0;

  heard(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => void this.#listeners.delete(wake);
  }

  give(): void {
    this.given += 1;
    this.write();
  }

  write(): void {
    for (const wake of this.#listeners) wake();
  }
}

describeWhen('redis-server', 'hints between processes', (program) => {
  let server: RedisProcess;
  const connections: Redis[] = [];
  beforeEach(async () => {
    server = await startRedis(program);
  });
  afterEach(async () => {
    for (const one of connections.splice(0)) one.disconnect();
    await server.close();
  });

  const connect = (): Redis => {
    const redis = new Redis(server.url, { enableOfflineQueue: false, retryStrategy: () => 20 });
    redis.on('error', () => {});
    connections.push(redis);
    return redis;
  };
  const once = (is: () => boolean): Promise<true> => until(() => is() || undefined);
  const process = async (prefix = 'posthorn'): Promise<Store> => {
    const [publisher, subscriber] = [connect(), connect()];
    const store = new Store();
    const hints = new RedisHints(
      { publisher, subscriber },
      { prefix, processId: `process ${connections.length}` },
    );
    hints.share('outbox', store);
    await once(() => publisher.status === 'ready' && subscriber.status === 'ready');
    await subscriber.subscribe(`${prefix}:outbox`);
    return store;
  };

  it('wake whoever listens elsewhere, once, and nobody of another installation', async () => {
    const [one, other, stranger] = [await process(), await process(), await process('another')];
    one.write();
    await once(() => other.given === 1);
    other.write();
    await once(() => one.given === 1);
    // Nobody hears themselves, and what came from elsewhere is not sent on.
    expect([one.given, other.given, stranger.given]).toEqual([1, 1, 0]);
  });

  it('go on when Redis was away', async () => {
    const [one, other] = [await process(), await process()];
    await server.stop();
    one.write();
    await server.start();
    await once(() => {
      one.write();
      return other.given > 0;
    });
    expect(other.given).toBeGreaterThan(0);
  });
});
