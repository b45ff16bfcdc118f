import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { Fellowship } from '#domain/delivery/application/fellowship.js';
import type { FellowWorkers } from '#ports/delivery/fellow-workers.js';
import { describeFellowWorkersContract } from '#ports/delivery/fellow-workers.contract.js';
import { describeProviderNewsContract } from '#ports/delivery/provider-news.contract.js';
import type { ProviderTurn } from '#ports/delivery/provider-news.js';
import { type RedisProcess, startRedis } from '#test/support/redis.js';
import { describeWhen } from '#test/support/system-packages.js';
import { until } from '#test/support/until.js';
import { createRedis } from './create-redis.js';
import { RedisFellowWorkers } from './redis-fellow-workers.js';
import { RedisProviderNews } from './redis-provider-news.js';

const LONG = 600_000;
let prefixes = 0;
const freshPrefix = (): string => `test-${++prefixes}:`;
const ready = async (redis: Redis): Promise<Redis> => {
  await until(() => (redis.status === 'ready' ? true : undefined));
  return redis;
};

describeWhen('redis-server', 'What workers share by Redis', (program) => {
  let server: RedisProcess;
  const open: Redis[] = [];
  beforeAll(async () => void (server = await startRedis(program)));
  afterAll(async () => {
    for (const redis of open) redis.disconnect();
    await server.close();
  });
  const connected = async (): Promise<Redis> => {
    const redis = createRedis(server.url, () => {});
    open.push(redis);
    return ready(redis);
  };

  describeFellowWorkersContract('RedisFellowWorkers', async () => {
    const prefix = freshPrefix();
    const [mine, yours] = [await connected(), await connected()];
    const time = async () => {
      const [seconds, micros] = await mine.time();
      return Number(seconds) * 1000 + Number(micros) / 1000;
    };
    return {
      one: new RedisFellowWorkers(mine, prefix),
      other: new RedisFellowWorkers(yours, prefix),
      pass: async (ms) => {
        const end = (await time()) + ms + 1;
        await until(async () => ((await time()) > end ? true : undefined));
      },
    };
  });

  describeProviderNewsContract('RedisProviderNews', async () => {
    const prefix = freshPrefix();
    const [one, other] = [
      new RedisProviderNews(await connected(), prefix),
      new RedisProviderNews(await connected(), prefix),
    ];
    await Promise.all([one.listen(), other.listen()]);
    return {
      one,
      other,
      close: async () => {
        one.close();
        other.close();
      },
    };
  });

  describe('RedisFellowWorkers', () => {
    it('keeps those of one prefix apart from those of another', async () => {
      const redis = await connected();
      await new RedisFellowWorkers(redis, freshPrefix()).hold('anna', undefined, LONG);
      const others = new RedisFellowWorkers(redis, freshPrefix());
      expect((await others.hold('ben', undefined, LONG)).map(({ name }) => name)).toEqual(['ben']);
    });

    it('leaves nothing behind when the last lease has run out', async () => {
      const redis = await connected();
      const prefix = freshPrefix();
      const fellows = new RedisFellowWorkers(redis, prefix);
      await fellows.hold('anna', undefined, 40);
      await fellows.hold('ben', undefined, 20);
      expect(await redis.keys(`${prefix}*`)).toHaveLength(1);
      await until(async () => ((await redis.keys(`${prefix}*`)).length === 0 ? true : undefined));
    });

    it('passes over what it did not write itself', async () => {
      const redis = await connected();
      const prefix = freshPrefix();
      await redis.hset(`${prefix}fellow-workers`, 'odd', 'not a lease', 'odder', '');
      const fellows = new RedisFellowWorkers(redis, prefix);
      expect((await fellows.hold('anna', undefined, LONG)).map(({ name }) => name)).toEqual(['anna']);
    });
  });

  describe('RedisProviderNews', () => {
    it('passes over what it does not understand', async () => {
      const redis = await connected();
      const prefix = freshPrefix();
      const news = new RedisProviderNews(await connected(), prefix);
      await news.listen();
      const closed: ProviderTurn = { kind: 'closed', channel: 'email', provider: 'ses' };
      const odd = [
        'no JSON',
        'null',
        '[]',
        '{"turn":null}',
        '{"turn":{"kind":"closed","channel":"email"}}',
        '{"turn":{"kind":"opened","channel":"email","provider":"ses","forMs":"long","reason":"?"}}',
        '{"turn":{"kind":"painted blue","channel":"email","provider":"ses"}}',
        JSON.stringify({ turn: { ...closed, provider: 'x'.repeat(10_000) } }),
      ];
      const heard: ProviderTurn[] = [];
      news.onHeard((turn) => heard.push(turn));
      for (const text of [...odd, JSON.stringify({ from: 'another', turn: closed })]) {
        await redis.publish(`${prefix}provider-news`, text);
      }
      await until(() => (heard.length > 0 ? true : undefined));
      expect(heard).toEqual([closed]);
      news.close();
    });
  });
});

/** By a clock of the test's: no lease runs out in Redis meanwhile. */
const LEASE = 600_000;
const BEAT = LEASE / 5;

class WorkerOverRedis {
  asked = 0;
  readonly contact: boolean[] = [];
  readonly changes: string[] = [];
  readonly fellowship: Fellowship;

  constructor(redis: Redis, clock: DrivenClock, name: string) {
    const register = new RedisFellowWorkers(redis, 'b:');
    const counted = {
      hold: (...asking: Parameters<FellowWorkers['hold']>) =>
        register.hold(...asking).finally(() => setImmediate(() => (this.asked += 1))),
      leave: (leaving: string) => register.leave(leaving),
    };
    const onContact = (inContact: boolean): void => void this.contact.push(inContact);
    this.fellowship = new Fellowship(counted, clock, name, { leaseMs: LEASE, onContact });
    this.fellowship.onChanged(() => this.changes.push(this.shown()));
  }

  shown(): string {
    const share = this.fellowship.share();
    return share ? `${share.rank} of ${share.of}` : 'none';
  }
}

describeWhen('redis-server', 'While Redis is away', (program) => {
  let server: RedisProcess;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis(program);
    redis = await ready(createRedis(server.url, () => {}));
  });
  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  it('refuses at once, finds back by itself, and tells and hears again', async () => {
    const fellows = new RedisFellowWorkers(redis, 'a:');
    const teller = new RedisProviderNews(redis, 'a:');
    const hearer = new RedisProviderNews(redis, 'a:');
    const heard: ProviderTurn[] = [];
    hearer.onHeard((turn) => heard.push(turn));
    await hearer.listen();
    await fellows.hold('anna', undefined, LONG);

    await server.stop();
    await expect(fellows.hold('anna', undefined, LONG)).rejects.toThrow();
    await expect(fellows.leave('anna')).rejects.toThrow();
    const lost: ProviderTurn = { kind: 'closed', channel: 'email', provider: 'told to nobody' };
    expect(teller.tell(lost)).toBeUndefined();
    // Nor is anything missed for good by a process that starts now.
    const late = new RedisProviderNews(redis, 'a:');
    const listening = late.listen();

    await server.start();
    const view = await until(() => fellows.hold('ben', undefined, LONG).catch(() => undefined));
    expect(view.map(({ name }) => name)).toEqual(['ben']);
    const turn: ProviderTurn = { kind: 'closed', channel: 'email', provider: 'ses' };
    await until(() => {
      teller.tell(turn);
      return heard.length > 0 ? true : undefined;
    });
    expect(heard[0]).toEqual(turn);
    await listening;
    for (const news of [teller, late]) news.close();
    hearer.close();
  });

  it('a worker keeps its share, though Redis stops, hangs, and comes back without its memory', async () => {
    const clock = new DrivenClock();
    const anna = new WorkerOverRedis(redis, clock, 'anna');
    const ben = new WorkerOverRedis(redis, clock, 'ben');
    /** Lets both ask once, and waits for what Redis says, if it says anything. */
    const beat = async (silent = false) => {
      const before = [anna.asked, ben.asked];
      await clock.advance(BEAT);
      if (silent) return;
      await until(() => (anna.asked > before[0]! && ben.asked > before[1]! ? true : undefined));
    };
    const contact = () => [anna.contact.at(-1), ben.contact.at(-1)];
    void anna.fellowship.start();
    void ben.fellowship.start();
    await until(() => (anna.asked + ben.asked === 2 ? true : undefined));
    for (let n = 0; n < 7; n++) await beat();
    expect([anna.shown(), ben.shown()].sort()).toEqual(['0 of 2', '1 of 2']);
    const before = [anna.shown(), ben.shown()];

    await server.stop();
    for (let n = 0; n < 20; n++) await beat();
    expect(contact()).toEqual([false, false]);
    await server.start();
    await ready(redis);
    for (let n = 0; n < 20; n++) await beat();
    expect(contact()).toEqual([true, true]);

    const other = await ready(createRedis(server.url, () => {}));
    await other.client('PAUSE', 60_000, 'WRITE');
    for (let n = 0; n < 20; n++) await beat(true);
    expect(contact()).toEqual([false, false]);
    await other.client('UNPAUSE');
    other.disconnect();
    for (let n = 0; n < 20; n++) await beat();
    expect(contact()).toEqual([true, true]);
    expect([anna.shown(), ben.shown()]).toEqual(before);
    expect([anna.changes, ben.changes].flat().filter((share) => share.endsWith('of 1'))).toEqual([]);

    await anna.fellowship.stop();
    const left = ben.asked;
    for (let n = 1; n <= 7; n++) {
      await clock.advance(BEAT);
      await until(() => (ben.asked >= left + n ? true : undefined));
    }
    expect(ben.shown()).toBe('0 of 1');
    await ben.fellowship.stop();
  });
});
