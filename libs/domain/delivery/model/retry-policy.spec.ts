import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { Outcome } from './outcome.js';
import { backoff, type Circumstances, defaultRetryRules as rules, judge } from './retry-policy.js';

const NOW = Date.UTC(2026, 0, 31);
const LAST = rules.maxAttempts - 1;
const first: Circumstances = {
  attempts: 0,
  now: NOW,
  giveUpAt: NOW + 86_400_000,
  unknownPolicy: 'resend',
  jitter: 0.5,
};

const accepted: Outcome = { kind: 'accepted', providerMessageId: 'm-1' };
const throttled: Outcome = { kind: 'throttled', reason: '429' };
const throttledFor: Outcome = { kind: 'throttled', reason: '429', retryAfterMs: 7_000 };
const throttledDomain: Outcome = { kind: 'throttled', reason: '421 slow down', domain: 'gmail.example' };
const unavailable: Outcome = { kind: 'unavailable', reason: '503' };
const lost: Outcome = { kind: 'unknown', reason: 'timeout' };
const misconfigured: Outcome = { kind: 'misconfigured', reason: '401' };
const rejected: Outcome = { kind: 'rejected', reason: 'invalid address' };
const bounced: Outcome = { kind: 'rejected', reason: 'no such user', hardBounce: true };

const outcome = fc.constantFrom<Outcome>(
  accepted,
  throttled,
  throttledFor,
  throttledDomain,
  unavailable,
  lost,
  misconfigured,
  rejected,
  bounced,
);
const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  attempts: fc.integer({ min: 0, max: LAST }),
  now: fc.constant(NOW),
  giveUpAt: fc.integer({ min: NOW - 100_000, max: NOW + 100_000 }),
  unknownPolicy: fc.constantFrom('resend' as const, 'park' as const),
  jitter: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
});
const again = (change: object): object => expect.objectContaining({ to: 'pending', ...change });

describe('The verdict on an outcome', () => {
  it.each<[string, Outcome, Partial<Circumstances>, object]>([
    ['accepted', accepted, {}, { to: 'accepted', providerMessageId: 'm-1' }],
    [
      'accepted in the last attempt, out of time',
      accepted,
      { attempts: LAST, giveUpAt: NOW - 1 },
      { to: 'accepted', providerMessageId: 'm-1' },
    ],
    ['rejected', rejected, {}, { to: 'failed', reason: 'invalid address', hardBounce: false }],
    ['rejected for good', bounced, {}, { to: 'failed', reason: 'no such user', hardBounce: true }],
    ['throttled', throttled, {}, again({ reason: '429', spent: false, elsewhere: true, dueAt: NOW + 500 })],
    ['throttled in the last attempt', throttled, { attempts: LAST }, again({ spent: false })],
    [
      'throttled, told when to come again',
      throttledFor,
      {},
      again({ spent: false, elsewhere: true, dueAt: NOW + 7_000 }),
    ],
    [
      'not taken for a neighbour’s sake',
      { kind: 'throttled', reason: 'batch refused', retryAfterMs: 0 },
      {},
      again({ spent: false, elsewhere: false, dueAt: NOW }),
    ],
    [
      'throttled for one recipient domain',
      throttledDomain,
      {},
      again({ spent: false, elsewhere: false, dueAt: NOW + 500 }),
    ],
    ['throttled, out of time', throttled, { giveUpAt: NOW }, { to: 'dead', reason: 'time used up: 429' }],
    [
      'unavailable',
      unavailable,
      {},
      again({ reason: '503', spent: true, elsewhere: true, dueAt: NOW + 500 }),
    ],
    [
      'unavailable, not for the first time',
      unavailable,
      { attempts: 3 },
      again({ spent: true, elsewhere: true, dueAt: NOW + 4_000 }),
    ],
    ['unavailable in the last attempt but one', unavailable, { attempts: LAST - 1 }, again({ spent: true })],
    [
      'unavailable in the last attempt',
      unavailable,
      { attempts: LAST },
      { to: 'dead', reason: 'attempts used up: 503' },
    ],
    ['unavailable, out of time', unavailable, { giveUpAt: NOW }, { to: 'dead', reason: 'time used up: 503' }],
    ['unavailable, just in time', unavailable, { giveUpAt: NOW + 1 }, again({ spent: true })],
    ['misconfigured', misconfigured, {}, again({ reason: '401', spent: true, elsewhere: true })],
    [
      'misconfigured in the last attempt',
      misconfigured,
      { attempts: LAST },
      { to: 'dead', reason: 'attempts used up: 401' },
    ],
    ['lost, to be resent', lost, {}, again({ reason: 'timeout', spent: true, dueAt: NOW + 500 })],
    [
      'lost, to be resent, in the last attempt',
      lost,
      { attempts: LAST },
      { to: 'unknown', reason: 'timeout' },
    ],
    ['lost, to be parked', lost, { unknownPolicy: 'park' }, { to: 'unknown', reason: 'timeout' }],
    [
      'lost, to be parked, out of time',
      lost,
      { unknownPolicy: 'park', giveUpAt: NOW - 1 },
      { to: 'unknown', reason: 'timeout' },
    ],
  ])('%s', (_, what, change, expected) => {
    expect(judge(what, rules, { ...first, ...change })).toEqual(expected);
  });

  it('never sends a message more often than the rules allow', () => {
    const property = fc.property(fc.array(fc.tuple(outcome, circumstances), { maxLength: 60 }), (calls) => {
      let [attempts, spent] = [0, 0];
      for (const [what, how] of calls) {
        const verdict = judge(what, rules, { ...how, attempts });
        if (what.kind !== 'throttled') spent += 1;
        if (verdict.to !== 'pending') break;
        if (verdict.spent) attempts += 1;
      }
      expect(spent).toBeLessThanOrEqual(rules.maxAttempts);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('spends an attempt on every call but a throttled one', () => {
    const property = fc.property(outcome, circumstances, (what, how) => {
      const verdict = judge(what, rules, how);
      if (verdict.to === 'pending') expect(verdict.spent).toBe(what.kind !== 'throttled');
    });
    fc.assert(property);
  });

  it('puts nothing off to the past, and nothing after its time is up', () => {
    const property = fc.property(outcome, circumstances, (what, how) => {
      const verdict = judge(what, rules, how);
      if (verdict.to !== 'pending') return;
      expect(verdict.dueAt).toBeGreaterThanOrEqual(how.now);
      expect(how.now).toBeLessThan(how.giveUpAt);
    });
    fc.assert(property);
  });

  it('never calls a message dead that may have been sent: retrying it would make a second copy that nobody has listed', () => {
    const property = fc.property(circumstances, (how) => {
      expect(judge(lost, rules, how).to).not.toBe('dead');
    });
    fc.assert(property);
  });

  it('never resends what is to be parked', () => {
    const property = fc.property(circumstances, (how) => {
      expect(judge(lost, rules, { ...how, unknownPolicy: 'park' })).toEqual({
        to: 'unknown',
        reason: 'timeout',
      });
    });
    fc.assert(property);
  });
});

describe('The backoff', () => {
  it.each([
    [0, 1_000],
    [1, 2_000],
    [2, 4_000],
    [7, 128_000],
    [8, 256_000],
    [9, 300_000],
    [60, 300_000],
    [2_000, 300_000],
  ])('after %d attempts is anything below %d ms', (attempts, limit) => {
    expect(backoff(rules, attempts, 0)).toBe(0);
    expect(backoff(rules, attempts, 0.5)).toBe(limit / 2);
    expect(backoff(rules, attempts, 0.999_999)).toBe(Math.floor(limit * 0.999_999));
  });

  it('is a whole number of milliseconds within its bounds', () => {
    const property = fc.property(
      fc.nat(100),
      fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      (attempts, jitter) => {
        const wait = backoff(rules, attempts, jitter);
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThan(Math.min(rules.capMs, rules.baseMs * 2 ** attempts));
      },
    );
    fc.assert(property);
  });
});
