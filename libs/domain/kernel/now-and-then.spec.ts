import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { NowAndThen } from './now-and-then.js';

describe('work that is done now and then', () => {
  it('is done every so often, counted from its end, and not at once', async () => {
    const clock = new DrivenClock();
    const times: number[] = [];
    const began = clock.now();
    const work = new NowAndThen(
      clock,
      1000,
      () => {
        times.push(clock.now() - began);
        return new Promise((resolve) => void clock.after(500, resolve));
      },
      () => {},
    );
    work.start();
    await clock.advance(4000);
    expect(times).toEqual([1000, 2500, 4000]);
    await Promise.all([work.stop(), clock.advance(500)]);
    await clock.advance(10_000);
    expect(times).toHaveLength(3);
  });

  it('is told to stop between its steps, and waited for', async () => {
    const clock = new DrivenClock();
    let steps = 0;
    const work = new NowAndThen(
      clock,
      1000,
      async (goesOn) => {
        for (; goesOn(); steps++) await new Promise<void>((resolve) => void clock.after(100, resolve));
      },
      () => {},
    );
    work.start();
    await clock.advance(1250);
    expect(steps).toBe(2);
    await Promise.all([work.stop(), clock.advance(100)]);
    expect(steps).toBe(3);
  });

  it('tells of what it has thrown, and is done again', async () => {
    const clock = new DrivenClock();
    const troubles: unknown[] = [];
    const work = new NowAndThen(
      clock,
      1000,
      () => Promise.reject(new Error('disk')),
      (error) => troubles.push(error),
    );
    work.start();
    await clock.advance(2000);
    expect(troubles).toEqual([new Error('disk'), new Error('disk')]);
    await work.stop();
  });
});
