import { describe, expect, it } from '@jest/globals';
import { RateLimitSeen } from './rate-limit-seen.js';

describe('the rate limit seen in a vendor’s answers', () => {
  const seen = (...headers: [limit: string | undefined, secondsToReset: number][]) => {
    const rate = new RateLimitSeen();
    for (const [limit, seconds] of headers) rate.observe(limit, seconds);
    return rate.perSecond;
  };

  it('is not known before one has come', () => {
    expect(seen()).toBeUndefined();
    expect(seen([undefined, NaN])).toBeUndefined();
    expect(seen(['none', 1])).toBeUndefined();
  });

  it('is so many a second where the window is a second', () => {
    expect(seen(['5', 1])).toBe(5);
    expect(seen(['5', 0.2])).toBe(5);
    expect(seen(['5', NaN])).toBe(5);
  });

  it('takes the longest time to a reset for the length of the window', () => {
    expect(seen(['600', 12], ['600', 60], ['600', 31])).toBe(10);
  });

  it('starts afresh when the limit changes', () => {
    expect(seen(['600', 60], ['1200', 60])).toBe(20);
    expect(seen(['600', 60], ['5', 1])).toBe(5);
  });
});
