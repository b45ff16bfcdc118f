import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryTimers } from '#adapters/memory/events/memory-timers.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { RingTimers } from './ring-timers.js';

describe('RingTimers', () => {
  let timers: MemoryTimers;
  let clock: DrivenClock;
  let log: MemoryLog;
  let ringing: RingTimers;
  let rung: string[];
  beforeEach(() => {
    timers = new MemoryTimers();
    clock = new DrivenClock(1_000_000);
    log = new MemoryLog();
    ringing = new RingTimers(timers, clock, new SeededRandomness(), log);
    rung = [];
  });
  const inMs = (ms: number): number => clock.now() + ms;
  const hear = (key: string, at: number): Promise<void> => {
    rung.push(`${key} set for ${at - 1_000_000}, rung at ${clock.now() - 1_000_000}`);
    return Promise.resolve();
  };

  it('rings a timer at its time', async () => {
    await timers.set({ kind: 'start', key: 'cmp_1', at: inMs(7000) });
    ringing.on('start', hear);
    ringing.start();
    await clock.advance(6999);
    expect(rung).toEqual([]);
    await clock.advance(1);
    expect(rung).toEqual(['cmp_1 set for 7000, rung at 7000']);
    expect(await timers.next()).toBeUndefined();
  });

  it('rings what came due while nothing ran, the earliest first', async () => {
    await timers.set({ kind: 'start', key: 'b', at: inMs(-10) });
    await timers.set({ kind: 'start', key: 'a', at: inMs(-20) });
    ringing.on('start', hear);
    ringing.start();
    await clock.advance(0);
    expect(rung.map((text) => text[0])).toEqual(['a', 'b']);
  });

  it('hears of a timer set earlier than the one it waits for', async () => {
    await timers.set({ kind: 'start', key: 'late', at: inMs(10_000) });
    ringing.on('start', hear);
    ringing.start();
    await clock.advance(0);
    await timers.set({ kind: 'start', key: 'soon', at: inMs(100) });
    await clock.advance(100);
    expect(rung).toEqual(['soon set for 100, rung at 100']);
  });

  it('finds within seconds a timer that another process set', async () => {
    const deaf = {
      set: timers.set.bind(timers),
      cancel: timers.cancel.bind(timers),
      due: timers.due.bind(timers),
      done: timers.done.bind(timers),
      next: timers.next.bind(timers),
      onSet: () => () => {},
    };
    ringing = new RingTimers(deaf, clock, new SeededRandomness(), log);
    ringing.on('start', hear);
    ringing.start();
    await clock.advance(0);
    await timers.set({ kind: 'start', key: 'theirs', at: inMs(1) });
    await clock.advance(15_000);
    expect(rung).toHaveLength(1);
  });

  it('does not ring early when the wall clock was set back, nor sleeps on when it was set forward', async () => {
    await timers.set({ kind: 'start', key: 'a', at: inMs(3_600_000) });
    ringing.on('start', hear);
    ringing.start();
    await clock.advance(1000);
    clock.setWallClock(clock.now() + 3_600_000);
    await clock.advance(15_000);
    expect(rung).toHaveLength(1);
  });

  it('does not ring a timer that was cancelled, and rings a moved one at its new time only', async () => {
    await timers.set({ kind: 'start', key: 'cancelled', at: inMs(1000) });
    await timers.set({ kind: 'start', key: 'moved', at: inMs(1000) });
    ringing.on('start', hear);
    ringing.start();
    await clock.advance(500);
    await timers.cancel('start', 'cancelled');
    await timers.set({ kind: 'start', key: 'moved', at: inMs(4500) });
    await clock.advance(60_000);
    expect(rung).toEqual(['moved set for 5000, rung at 5000']);
  });

  it('keeps a timer that its own handler set again', async () => {
    let times = 0;
    ringing.on('tick', async (key, at) => {
      await hear(key, at);
      if (++times < 3) await timers.set({ kind: 'tick', key, at: at + 1000 });
    });
    await timers.set({ kind: 'tick', key: 't', at: inMs(1000) });
    ringing.start();
    await clock.advance(10_000);
    expect(rung.map((text) => text.split('at ')[1])).toEqual(['1000', '2000', '3000']);
  });

  it('rings a failing one again until it succeeds, and the others on time', async () => {
    let failures = 4;
    ringing.on('bad', () => (failures-- > 0 ? Promise.reject(new Error('not now')) : hear('bad', 1_000_000)));
    ringing.on('good', hear);
    await timers.set({ kind: 'bad', key: 'b', at: inMs(0) });
    await timers.set({ kind: 'good', key: 'g', at: inMs(2000) });
    ringing.start();
    await clock.advance(3000);
    expect(rung.filter((text) => text.startsWith('g'))).toHaveLength(1);
    await clock.advance(60_000);
    expect(rung.filter((text) => text.startsWith('bad'))).toHaveLength(1);
    expect(await timers.next()).toBeUndefined();
    expect(log.complaints).toEqual(Array.from({ length: 4 }, () => 'timers.handler_failed'));
  });

  it('is not held up by more failing timers than it looks at in one go', async () => {
    ringing.on('bad', () => Promise.reject(new Error('never')));
    ringing.on('good', hear);
    for (let n = 0; n < 250; n++) await timers.set({ kind: 'bad', key: String(n), at: inMs(-1000) });
    await timers.set({ kind: 'good', key: 'g', at: inMs(0) });
    ringing.start();
    await clock.advance(1000);
    expect(rung).toHaveLength(1);
  });

  it('says so when a timer has no handler, and keeps it for a version that has one', async () => {
    await timers.set({ kind: 'unheard-of', key: 'k', at: inMs(0) });
    ringing.start();
    await clock.advance(0);
    expect(log.complaints).toEqual(['timers.handler_failed']);
    expect(await timers.next()).toBe(inMs(0));
  });

  it('finishes the ring under way when it is stopped, and leaves no callback behind', async () => {
    let finish = (): void => {};
    ringing.on('slow', () => new Promise((resolve) => (finish = resolve)));
    ringing.on('start', hear);
    await timers.set({ kind: 'slow', key: 's', at: inMs(-1) });
    await timers.set({ kind: 'start', key: 'next', at: inMs(0) });
    ringing.start();
    await clock.advance(0);
    let stopped = false;
    const stopping = ringing.stop().then(() => (stopped = true));
    await clock.advance(0);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    await clock.advance(60_000);
    expect(rung).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});
