import { describe, expect, it } from '@jest/globals';
import { describeClockContract } from '#ports/system/clock.contract.js';
import { describeIdsContract } from '#ports/system/ids.contract.js';
import { describeLogContract } from '#ports/system/log.contract.js';
import { describeRandomnessContract } from '#ports/system/randomness.contract.js';
import { describeSecretsContract } from '#ports/system/secrets.contract.js';
import { describeStorageProbeContract } from '#ports/system/storage-probe.contract.js';
import { CountingIds } from './counting-ids.js';
import { DrivenClock } from './driven-clock.js';
import { MemoryLog } from './memory-log.js';
import { MemorySecrets } from './memory-secrets.js';
import { MemoryStorageProbe } from './memory-storage-probe.js';
import { SeededRandomness } from './seeded-randomness.js';

describeClockContract('DrivenClock', () => {
  const clock = new DrivenClock();
  return { clock, pass: (ms) => clock.advance(ms) };
});
describeIdsContract('CountingIds', () => new CountingIds());
describeRandomnessContract('SeededRandomness', () => new SeededRandomness(7));
const memorySecrets = new MemorySecrets(new SeededRandomness());
describeLogContract('MemoryLog', () => {
  const log = new MemoryLog(['c4nary-secret-value']);
  return { log, written: () => JSON.stringify(log.entries) };
});
describeSecretsContract('MemorySecrets', () => Promise.resolve(memorySecrets));
describeStorageProbeContract('MemoryStorageProbe', () => {
  const probe = new MemoryStorageProbe();
  const breakStorage = (): Promise<void> => Promise.resolve(void (probe.broken = true));
  return Promise.resolve({ probe, breakStorage, close: () => Promise.resolve() });
});

describe('DrivenClock', () => {
  it('stands still until it is advanced', () => {
    const clock = new DrivenClock(5000);
    expect([clock.now(), clock.now(), clock.monotonic()]).toEqual([5000, 5000, 0]);
  });

  it('shows each callback the time it was due, those set on the way too', async () => {
    const clock = new DrivenClock(0);
    const seen: number[] = [];
    clock.after(10, () => {
      seen.push(clock.now());
      clock.after(10, () => seen.push(clock.now()));
    });
    clock.after(15, () => seen.push(clock.now()));
    await clock.advance(100);
    expect(seen).toEqual([10, 15, 20]);
    expect(clock.now()).toBe(100);
  });

  it('lets the promises that a callback resolved run before the next callback', async () => {
    const clock = new DrivenClock(0);
    const order: string[] = [];
    clock.after(1, () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => order.push('first, later'));
      order.push('first');
    });
    clock.after(2, () => order.push('second'));
    await clock.advance(2);
    expect(order).toEqual(['first', 'first, later', 'second']);
  });

  it('moves the wall clock without moving durations', async () => {
    const clock = new DrivenClock(1000);
    clock.setWallClock(0);
    await clock.advance(5);
    expect([clock.now(), clock.monotonic()]).toEqual([5, 5]);
  });
});

describe('SeededRandomness', () => {
  it('repeats itself for the same seed', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, () => new SeededRandomness(seed).unit());
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
  });
});
