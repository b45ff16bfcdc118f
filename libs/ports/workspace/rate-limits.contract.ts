import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RateLimits } from './rate-limits.js';

export interface RateLimitsUnderTest {
  readonly limits: RateLimits;
  pass(ms: number): Promise<void>;
}

export function describeRateLimitsContract(name: string, make: () => RateLimitsUnderTest): void {
  describe(`RateLimits: ${name}`, () => {
    let its: RateLimitsUnderTest;
    beforeEach(() => {
      its = make();
    });
    const limit = { perSecond: 10, burst: 5 };
    const takeMany = async (bucket: string, count: number): Promise<number> => {
      const verdicts = await Promise.all(Array.from({ length: count }, () => its.limits.take(bucket, limit)));
      return verdicts.filter(({ allowed }) => allowed).length;
    };

    it('allows the burst at once and no more', async () => {
      expect(await takeMany('a', 8)).toBe(5);
    });

    it('says what remains, and when there is more', async () => {
      expect(await its.limits.take('a', limit)).toEqual({
        allowed: true,
        remaining: 4,
        retryAfterMs: 0,
        resetMs: 100,
      });
      await takeMany('a', 4);
      expect(await its.limits.take('a', limit)).toEqual({
        allowed: false,
        remaining: 0,
        retryAfterMs: 100,
        resetMs: 500,
      });
    });

    it('allows again after the time it named', async () => {
      await takeMany('a', 5);
      const { retryAfterMs } = await its.limits.take('a', limit);
      await its.pass(retryAfterMs - 1);
      expect(await takeMany('a', 1)).toBe(0);
      await its.pass(1);
      expect(await takeMany('a', 2)).toBe(1);
    });

    it('takes back what was taken, and no more than that', async () => {
      await takeMany('a', 5);
      await its.limits.giveBack('a', limit);
      expect(await takeMany('a', 2)).toBe(1);
      await its.limits.giveBack('fresh', limit);
      for (let i = 0; i < 9; i++) await its.limits.giveBack('a', limit);
      expect([await takeMany('a', 9), await takeMany('fresh', 9)]).toEqual([5, 5]);
    });

    it('counts each bucket for itself', async () => {
      await takeMany('a', 5);
      expect(await takeMany('b', 5)).toBe(5);
    });

    it('never allows more than burst + perSecond * w in any window of w seconds', async () => {
      const allowedAt: number[] = [];
      for (let now = 0; now < 5000; now += 7) {
        // Idle for two seconds in the middle: what was saved up meanwhile is the burst, not more.
        const asking = now < 1500 || now > 3500;
        const allowed = asking ? await takeMany('a', 3) : 0;
        for (let i = 0; i < allowed; i++) allowedAt.push(now);
        await its.pass(7);
      }
      for (let first = 0; first < allowedAt.length; first++) {
        for (let last = first; last < allowedAt.length; last++) {
          const seconds = ((allowedAt[last] ?? 0) - (allowedAt[first] ?? 0)) / 1000;
          expect(last - first + 1).toBeLessThanOrEqual(
            Math.floor(limit.burst + limit.perSecond * seconds + 1e-6),
          );
        }
      }
      expect(allowedAt.length).toBeGreaterThan(30);
    });
  });
}
