import { describe, expect, it } from '@jest/globals';
import type { Clock } from './clock.js';

export interface ClockUnderTest {
  readonly clock: Clock;
  /** Lets at least this much time pass. */
  pass(ms: number): Promise<void>;
}

export function describeClockContract(name: string, make: () => ClockUnderTest): void {
  describe(`Clock: ${name}`, () => {
    it('tells epoch milliseconds that move with the time that passes', async () => {
      const { clock, pass } = make();
      const before = clock.now();
      await pass(20);
      expect(clock.now()).toBeGreaterThan(before);
      expect(before).toBeGreaterThan(Date.UTC(2020, 0, 1));
    });

    it('measures durations with a clock that never goes back', async () => {
      const { clock, pass } = make();
      const before = clock.monotonic();
      await pass(20);
      expect(clock.monotonic() - before).toBeGreaterThanOrEqual(20);
    });

    it('calls back once, no earlier than asked', async () => {
      const { clock, pass } = make();
      const start = clock.monotonic();
      const calls: number[] = [];
      clock.after(15, () => calls.push(clock.monotonic() - start));
      await pass(40);
      expect(calls).toHaveLength(1);
      expect(calls[0]).toBeGreaterThanOrEqual(15);
    });

    it('calls the earlier of two first, whichever was asked for first', async () => {
      const { clock, pass } = make();
      const calls: string[] = [];
      clock.after(25, () => calls.push('late'));
      clock.after(5, () => calls.push('early'));
      await pass(60);
      expect(calls).toEqual(['early', 'late']);
    });

    it('does not call back after being cancelled, and may be cancelled twice', async () => {
      const { clock, pass } = make();
      let calls = 0;
      const cancel = clock.after(5, () => (calls += 1));
      cancel();
      cancel();
      await pass(30);
      expect(calls).toBe(0);
    });
  });
}
