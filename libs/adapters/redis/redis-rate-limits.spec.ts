import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import { describeRateLimitsContract } from '#ports/workspace/rate-limits.contract.js';
import { type RedisProcess, startRedis } from '#test/support/redis.js';
import { describeWhen } from '#test/support/system-packages.js';
import { createRedis } from './create-redis.js';
import { RedisRateLimits } from './redis-rate-limits.js';

describeWhen('redis-server', 'rate limits shared by Redis', (program) => {
  let server: RedisProcess;
  const opened: Redis[] = [];
  beforeAll(async () => {
    server = await startRedis(program);
    await connect();
  });
  afterAll(async () => {
    for (const redis of opened) redis.disconnect();
    await server.close();
  });

  /** Errors on the way there are what `createRedis` is told of. */
  const becomes = (redis: Redis, state: 'ready' | 'close'): Promise<void> =>
    new Promise((resolve) => redis.once(state, resolve));
  /** As another process would. */
  const connect = async (): Promise<Redis> => {
    const redis = createRedis(server.url, () => {});
    opened.push(redis);
    await becomes(redis, 'ready');
    return redis;
  };
  const at = (clock: DrivenClock) => (): string => String(Math.round(clock.monotonic() * 1000));
  const limitsOf = (redis: Redis, clock = new DrivenClock(), log = new MemoryLog()) =>
    new RedisRateLimits({ redis, own: new MemoryRateLimits(clock), clock, log }, at(clock));

  describeRateLimitsContract('RedisRateLimits', () => {
    const clock = new DrivenClock();
    // Each test has buckets of its own.
    const test = randomUUID();
    const shared = limitsOf(opened[0]!, clock);
    return {
      limits: {
        take: (bucket, limit) => shared.take(test + bucket, limit),
        giveBack: (bucket, limit) => shared.giveBack(test + bucket, limit),
      },
      pass: (ms) => clock.advance(ms),
    };
  });

  const limit = { perSecond: 10, burst: 5 };
  const takeMany = async (limits: RedisRateLimits, bucket: string, count: number): Promise<number> => {
    const verdicts = await Promise.all(Array.from({ length: count }, () => limits.take(bucket, limit)));
    return verdicts.filter(({ allowed }) => allowed).length;
  };

  it('allows several processes together what one may have', async () => {
    const processes = [limitsOf(await connect()), limitsOf(await connect())];
    const allowed = await Promise.all(processes.map((limits) => takeMany(limits, 'together', 20)));
    expect(allowed[0]! + allowed[1]!).toBe(5);
  });

  it('goes by the time of Redis where it is given none, and forgets a bucket that is full', async () => {
    const redis = await connect();
    const clock = new DrivenClock();
    const own = new MemoryRateLimits(clock);
    const limits = new RedisRateLimits({ redis, own, clock, log: new MemoryLog() });
    const slow = { perSecond: 0.001, burst: 2 };
    expect((await limits.take('its time', slow)).remaining).toBe(1);
    expect(await redis.pttl('posthorn:rate:its time')).toBeGreaterThan(900_000);
    await limits.giveBack('its time', slow);
    expect(await redis.exists('posthorn:rate:its time')).toBe(0);
  });

  it('counts by itself while Redis is away, without refusing anybody, and together again when it is back', async () => {
    const clock = new DrivenClock();
    const log = new MemoryLog();
    const redis = await connect();
    const limits = limitsOf(redis, clock, log);
    expect(await takeMany(limits, 'away', 3)).toBe(3);
    const gone = becomes(redis, 'close');
    await server.stop();
    await gone;
    // What was taken before is taken still.
    expect(await takeMany(limits, 'away', 5)).toBe(2);
    expect(await takeMany(limits, 'another', 9)).toBe(5);
    await limits.giveBack('another', limit);
    expect(await takeMany(limits, 'another', 9)).toBe(1);
    expect(log.entries.filter(({ event }) => event === 'redis.rate_limits_away')).toHaveLength(1);

    const back = becomes(redis, 'ready');
    await server.start();
    await back;
    await clock.advance(1_000);
    const other = limitsOf(await connect(), clock);
    expect((await takeMany(limits, 'after', 4)) + (await takeMany(other, 'after', 4))).toBe(5);
    expect(log.entries.filter(({ event }) => event === 'redis.rate_limits_back')).toHaveLength(1);
  });

  it('waits for no answer that does not come', async () => {
    const clock = new DrivenClock();
    const log = new MemoryLog();
    const [redis, other] = [await connect(), await connect()];
    const limits = limitsOf(redis, clock, log);
    expect((await limits.take('silent', limit)).allowed).toBe(true);
    await other.client('PAUSE', 60_000, 'WRITE');
    const verdict = limits.take('silent', limit);
    // It is on its way when the command has been written.
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(250);
    expect(await verdict).toMatchObject({ allowed: true, remaining: 3 });
    await other.client('UNPAUSE');
    expect(log.entries.map(({ event }) => event)).toEqual(['redis.rate_limits_away']);
  });
});
