import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Timers } from './timers.js';

export interface TimersUnderTest {
  readonly timers: Timers;
  close(): Promise<void>;
}

export function describeTimersContract(name: string, make: () => Promise<TimersUnderTest>): void {
  describe(`Timers: ${name}`, () => {
    let its: TimersUnderTest;
    let timers: Timers;
    beforeEach(async () => {
      its = await make();
      timers = its.timers;
    });
    afterEach(() => its.close());

    it('answers a timer when its time has come, and not a millisecond early', async () => {
      const timer = { kind: 'start-campaign', key: 'cmp_1', at: 1000 };
      await timers.set(timer);
      expect(await timers.due(999, 10)).toEqual([]);
      expect(await timers.due(1000, 10)).toEqual([timer]);
    });

    it('answers a due timer again until it is done', async () => {
      const timer = { kind: 'k', key: 'a', at: 1000 };
      await timers.set(timer);
      expect(await timers.due(2000, 10)).toEqual([timer]);
      expect(await timers.due(2000, 10)).toEqual([timer]);
      await timers.done(timer);
      expect(await timers.due(2000, 10)).toEqual([]);
    });

    it('has one timer per kind and key: setting it again moves it', async () => {
      await timers.set({ kind: 'k', key: 'a', at: 1000 });
      await timers.set({ kind: 'k', key: 'a', at: 3000 });
      expect(await timers.due(2999, 10)).toEqual([]);
      expect(await timers.due(3000, 10)).toEqual([{ kind: 'k', key: 'a', at: 3000 }]);
    });

    it('tells kinds with the same key apart', async () => {
      await timers.set({ kind: 'k', key: 'a', at: 1000 });
      await timers.set({ kind: 'l', key: 'a', at: 1000 });
      await timers.done({ kind: 'k', key: 'a', at: 1000 });
      expect(await timers.due(1000, 10)).toEqual([{ kind: 'l', key: 'a', at: 1000 }]);
    });

    it('keeps a timer that was moved while it rang', async () => {
      const rang = { kind: 'k', key: 'a', at: 1000 };
      await timers.set(rang);
      await timers.set({ kind: 'k', key: 'a', at: 5000 });
      await timers.done(rang);
      expect(await timers.next()).toBe(5000);
    });

    it('forgets a cancelled timer, and takes the cancelling of an unknown one calmly', async () => {
      await timers.set({ kind: 'k', key: 'a', at: 1000 });
      await timers.cancel('k', 'a');
      await timers.cancel('k', 'a');
      expect(await timers.due(9999, 10)).toEqual([]);
      expect(await timers.next()).toBeUndefined();
    });

    it('answers the earliest first, and no more than asked for', async () => {
      await timers.set({ kind: 'k', key: 'late', at: 3 });
      await timers.set({ kind: 'k', key: 'early', at: 1 });
      await timers.set({ kind: 'k', key: 'middle', at: 2 });
      expect((await timers.due(10, 2)).map(({ key }) => key)).toEqual(['early', 'middle']);
      expect(await timers.next()).toBe(1);
    });

    it('wakes whoever listens when a timer is set, until they stop listening', async () => {
      let woken = 0;
      const heard = new Promise<void>((resolve) => {
        const stop = timers.onSet(() => {
          woken += 1;
          stop();
          resolve();
        });
      });
      await timers.set({ kind: 'k', key: 'a', at: 1 });
      await heard;
      await timers.set({ kind: 'k', key: 'b', at: 1 });
      await timers.next();
      expect(woken).toBe(1);
    });
  });
}
