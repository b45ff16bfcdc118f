import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Duty } from '#apps/server/src/duty.js';
import { MemoryTimers } from '#adapters/memory/events/memory-timers.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { RingTimers } from '#domain/events/ring-timers.js';
import { LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { handlerOf, type MinuteJob } from './timer.js';

describe('the function that is called every minute', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let timers: MemoryTimers;
  let rung: string[];
  let ringing: Duty;
  beforeEach(() => {
    clock = new DrivenClock();
    log = new MemoryLog();
    timers = new MemoryTimers();
    rung = [];
    const ring = new RingTimers(timers, clock, new SeededRandomness(1), log);
    ring.on('test', async (key) => void rung.push(key));
    ringing = { name: 'timers', start: () => ring.start(), stop: () => ring.stop() };
  });
  const minute = async (duties: readonly Duty[], jobs: readonly MinuteJob[] = []): Promise<string> => {
    const handler = handlerOf({ duties, jobs, clock, log });
    let how: string | undefined;
    void new LambdaHost(clock, 55_000).invoke(handler, {}).then((one) => (how = one.how));
    while (how === undefined) await clock.advance(1_000);
    return how;
  };

  it('rings what is due, and what comes due while it works; the rest is for another minute', async () => {
    const now = clock.now();
    for (const [key, at] of [
      ['due', now],
      ['soon', now + 20_000],
      ['later', now + 50_000],
    ] as const)
      await timers.set({ kind: 'test', key, at });
    expect(await minute([ringing])).toBe('answered');
    expect(rung).toEqual(['due', 'soon']);
    await clock.advance(20_000);
    expect(rung).toEqual(['due', 'soon']);
    expect(await minute([ringing])).toBe('answered');
    expect(rung).toEqual(['due', 'soon', 'later']);
  });

  it('does everything though some of it fails, and then fails, so that somebody hears of it', async () => {
    await timers.set({ kind: 'test', key: 'due', at: clock.now() });
    let swept = 0;
    const broken: Duty = {
      name: 'broken',
      start: () => {
        throw new Error('no such table');
      },
      stop: () => Promise.resolve(),
    };
    const jobs = [
      { name: 'sweep', run: async () => void (swept += 1) },
      { name: 'bad', run: () => Promise.reject(new Error('away')) },
    ];
    expect(await minute([broken, ringing], jobs)).toBe('failed');
    expect(rung).toEqual(['due']);
    expect(swept).toBe(1);
    expect(log.complaints).toEqual(['timer.failed', 'timer.failed']);
  });
});
