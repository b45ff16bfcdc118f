import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import {
  admit,
  type Breaker,
  type CallResult,
  closedBreaker,
  defaultBreakerRules as rules,
  heardClosed,
  heardOpen,
  record,
} from './breaker.js';

const NOW = Date.UTC(2026, 0, 31);
const failure: CallResult = { kind: 'failure' };
const success: CallResult = { kind: 'success' };
const neutral: CallResult = { kind: 'neutral' };
const suspended: CallResult = { kind: 'misconfigured', reason: 'account suspended' };

/** Records results one after the other, `everyMs` apart, the first at `from`. */
function after(
  results: readonly CallResult[],
  how: { breaker?: Breaker; from?: number; everyMs?: number; jitter?: number } = {},
): Breaker {
  const { breaker = closedBreaker, from = NOW, everyMs = 10, jitter = 0 } = how;
  return results.reduce(
    (now, result, index) => record(now, rules, result, from + index * everyMs, jitter),
    breaker,
  );
}

const times = (count: number, result: CallResult): CallResult[] =>
  Array.from({ length: count }, () => result);
/** `failures` of `calls` failed, no two in a row as long as that can be. */
const spread = (calls: number, failures: number): CallResult[] =>
  Array.from({ length: calls }, (_, index) =>
    Math.floor(((index + 1) * failures) / calls) > Math.floor((index * failures) / calls) ? failure : success,
  );
const admitted = (breaker: Breaker, now: number) => admit(breaker, rules, now).admitted;

/** A breaker that has just opened, and when. */
const opened = (jitter = 0) => {
  const breaker = after(times(5, failure), { everyMs: 0, jitter });
  if (breaker.state !== 'open') throw new Error('It should have opened');
  return breaker;
};

describe('A closed breaker', () => {
  it('lets every call through', () => {
    expect(admitted(closedBreaker, NOW)).toBe('yes');
    expect(admit(closedBreaker, rules, NOW).breaker).toEqual(closedBreaker);
  });

  it.each([
    ['10 of 20 calls failed', spread(20, 10), 'open'],
    ['9 of 20 calls failed', spread(20, 9), 'closed'],
    ['10 of 19 calls failed: too few to judge', spread(19, 10), 'closed'],
    ['11 of 21 calls failed', spread(21, 11), 'open'],
    ['5 calls failed in a row', times(5, failure), 'open'],
    ['4 calls failed in a row', times(4, failure), 'closed'],
    ['a success came between the failures', [...times(4, failure), success, ...times(4, failure)], 'closed'],
    ['5 failed in a row after many successes', [...times(50, success), ...times(5, failure)], 'open'],
    [
      'throttled calls came between the failures',
      [...times(4, failure), ...times(9, neutral), failure],
      'open',
    ],
    ['many were throttled, and none failed', times(100, neutral), 'closed'],
  ] as const)('when %s: %s', (_, results, state) => {
    expect(after(results).state).toBe(state);
  });

  it('forgets calls that have left the window', () => {
    const busy = after(spread(19, 9));
    expect(after([failure], { breaker: busy, from: NOW + 200 }).state).toBe('open');
    expect(after([failure], { breaker: busy, from: NOW + rules.windowMs + 200 }).state).toBe('closed');
  });

  it('opens for a provider that hangs, however slowly its calls fail', () => {
    // One call at a time, each given up after ten seconds: no two of them within one window.
    expect(after(times(5, failure), { everyMs: 10_000 }).state).toBe('open');
  });

  it('keeps no more of the past than it needs', () => {
    const breaker = after(times(10_000, success), { everyMs: 0 });
    expect(breaker.state === 'closed' && breaker.calls.length).toBeLessThanOrEqual(100);
  });
});

describe('An open breaker', () => {
  it.each([
    [0, 500],
    [0.5, 750],
    [0.999, 999.5],
  ])('stays open for half to all of the delay, by the jitter: %d', (jitter, openFor) => {
    expect(opened(jitter).until).toBeCloseTo(NOW + openFor, 6);
  });

  it('lets nothing through until its time has come, then a probe', () => {
    const breaker = opened();
    expect(admitted(breaker, breaker.until - 1)).toBe('no');
    const { breaker: halfOpen, admitted: first } = admit(breaker, rules, breaker.until);
    expect([first, halfOpen.state]).toEqual(['probe', 'half-open']);
  });

  it('learns nothing from calls that began before it opened', () => {
    const breaker = opened();
    for (const late of [success, failure, neutral])
      expect(record(breaker, rules, late, NOW + 1, 0)).toEqual(breaker);
  });
});

describe('A half-open breaker', () => {
  const halfOpen = () => {
    const breaker = opened();
    return { now: breaker.until, breaker: admit(breaker, rules, breaker.until).breaker };
  };

  it('lets as many probes through as the rules allow', () => {
    const { breaker, now } = halfOpen();
    const second = admit(breaker, rules, now);
    expect(second.admitted).toBe('probe');
    expect(admitted(second.breaker, now)).toBe('no');
  });

  it('closes when all its probes have passed, and starts counting anew', () => {
    const { breaker, now } = halfOpen();
    const one = after([success], { breaker, from: now });
    expect(one.state).toBe('half-open');
    expect(after([success], { breaker: one, from: now })).toEqual(closedBreaker);
  });

  it('opens again when a probe fails, even if another has passed', () => {
    const { breaker, now } = halfOpen();
    expect(after([success, failure], { breaker, from: now }).state).toBe('open');
  });

  it('gives the place of a throttled probe to another', () => {
    const { breaker, now } = halfOpen();
    const full = admit(breaker, rules, now).breaker;
    const freed = record(full, rules, neutral, now, 0);
    expect(admit(freed, rules, now).admitted).toBe('probe');
  });

  it('waits twice as long after every failed probe, up to the longest delay', () => {
    let breaker: Breaker = opened();
    const delays: number[] = [];
    for (let round = 0; round < 9 && breaker.state === 'open'; round++) {
      delays.push((breaker.until - breaker.since) * 2);
      const now = breaker.until;
      breaker = record(admit(breaker, rules, now).breaker, rules, failure, now, 0);
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('begins with the shortest delay again once it has been closed', () => {
    const { breaker, now } = halfOpen();
    const again = record(breaker, rules, failure, now, 0);
    const probing = admit(again, rules, NOW + 100_000).breaker;
    const closed = after([success, success], { breaker: probing, from: NOW + 100_000 });
    const reopened = after(times(5, failure), { breaker: closed, from: NOW + 100_000, everyMs: 0 });
    expect(reopened).toMatchObject({ state: 'open', until: NOW + 100_500 });
  });
});

describe('A misconfigured breaker', () => {
  it.each([
    ['closed', closedBreaker],
    ['open', opened()],
    ['half-open', admit(opened(), rules, opened().until).breaker],
  ])('comes of one refusal, whatever it was: %s', (_, breaker) => {
    expect(record(breaker, rules, suspended, NOW + 5, 0)).toMatchObject({
      state: 'misconfigured',
      since: NOW + 5,
      reason: 'account suspended',
    });
  });

  it('never lets a call through, nor is moved by late answers, until somebody resets it', () => {
    let breaker = record(closedBreaker, rules, suspended, NOW, 0);
    for (const result of [success, failure, neutral, success, success])
      breaker = record(breaker, rules, result, NOW + 1, 0);
    for (const later of [1, rules.maxOpenMs, 365 * 86_400_000])
      expect(admitted(breaker, NOW + later)).toBe('no');
    expect(breaker.state).toBe('misconfigured');
  });
});

describe('Any breaker, whatever happens to it', () => {
  type Happening = {
    readonly passMs: number;
    readonly does: 'ask' | 'success' | 'failure' | 'neutral' | 'misconfigured';
    readonly jitter: number;
  };
  const happening: fc.Arbitrary<Happening> = fc.record({
    passMs: fc.constantFrom(0, 1, 20, 400, 2000),
    does: fc.constantFrom('ask', 'ask', 'success', 'failure', 'failure', 'neutral', 'misconfigured'),
    jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });

  it('lets nothing through while open or misconfigured, and no more probes than allowed while half-open', () => {
    const property = fc.property(fc.array(happening, { maxLength: 150 }), (happenings) => {
      let breaker: Breaker = closedBreaker;
      let now = NOW;
      let [underWay, probing] = [0, 0];
      for (const { passMs, does, jitter } of happenings) {
        now += passMs;
        if (does === 'ask') {
          const before: Breaker = breaker;
          const answer = admit(breaker, rules, now);
          breaker = answer.breaker;
          if (before.state === 'misconfigured') expect(answer).toEqual({ breaker: before, admitted: 'no' });
          if (before.state === 'open' && now < before.until)
            expect(answer).toEqual({ breaker: before, admitted: 'no' });
          if (before.state === 'open' && answer.admitted === 'probe') probing = 0;
          if (answer.admitted === 'probe') expect(++probing).toBeLessThanOrEqual(rules.probes);
          if (answer.admitted === 'yes') expect(before.state).toBe('closed');
          if (answer.admitted !== 'no') underWay += 1;
        } else if (underWay > 0 && (breaker.state !== 'half-open' || probing > 0)) {
          underWay -= 1;
          // A neutral probe gives its place back, one that passes keeps it.
          if (breaker.state === 'half-open' && does === 'neutral') probing -= 1;
          const result: CallResult = does === 'misconfigured' ? suspended : { kind: does };
          breaker = record(breaker, rules, result, now, jitter);
          if (breaker.state === 'open') {
            expect(breaker.until).toBeGreaterThan(breaker.since);
            expect(breaker.until - breaker.since).toBeLessThanOrEqual(rules.maxOpenMs);
          }
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('opens exactly by the rules, as long as it is closed', () => {
    const results = fc.array(fc.constantFrom(success, success, failure, neutral), { maxLength: 70 });
    const property = fc.property(results, (sequence) => {
      let breaker: Breaker = closedBreaker;
      const counted: boolean[] = [];
      for (const [index, result] of sequence.entries()) {
        if (breaker.state !== 'closed') return;
        breaker = record(breaker, rules, result, NOW + index * 100, 0);
        if (result.kind !== 'neutral') counted.push(result.kind === 'failure');
        const failures = counted.filter(Boolean).length;
        const half = counted.length >= 20 && failures / counted.length >= 0.5;
        const inARow = counted.length >= 5 && counted.slice(-5).every(Boolean);
        expect(breaker.state).toBe(half || inARow ? 'open' : 'closed');
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('A breaker that hears of another worker’s', () => {
  const halfOpen = admit(opened(), rules, NOW + 60_000).breaker;
  const misconfigured = after([suspended]);

  it('opens as that one has, and then sees for itself', () => {
    const heard = heardOpen(closedBreaker, rules, 800, NOW);
    expect(admitted(heard, NOW + 799)).toBe('no');
    expect(admitted(heard, NOW + 800)).toBe('probe');
  });

  it('stays open no longer than its own rules allow, whatever it is told', () => {
    expect(heardOpen(closedBreaker, rules, Infinity, NOW)).toMatchObject({ until: NOW + rules.maxOpenMs });
    expect(heardOpen(closedBreaker, rules, -5, NOW)).toMatchObject({ until: NOW });
  });

  it.each([
    ['open', opened()],
    ['half-open', halfOpen],
    ['misconfigured', misconfigured],
  ])('goes on as it is when it is %s itself', (state, breaker) => {
    expect(breaker.state).toBe(state);
    expect(heardOpen(breaker, rules, 800, NOW)).toBe(breaker);
  });

  it('sends its own probe as soon as another’s have passed, and closes only by that', () => {
    const heard = heardClosed(opened(), NOW + 10);
    expect(heard.state).toBe('open');
    expect(admitted(heard, NOW + 10)).toBe('probe');
    expect(heardClosed(halfOpen, NOW)).toBe(halfOpen);
    expect(heardClosed(misconfigured, NOW)).toBe(misconfigured);
    expect(heardClosed(closedBreaker, NOW)).toBe(closedBreaker);
  });
});
