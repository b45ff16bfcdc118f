import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { draw, emptyBudget, type RateBudget, refill, spend, waitFor, withRate } from './rate-budget.js';

interface Draw {
  readonly passMs: number;
  readonly want: number;
  readonly reserve: number;
}

const START = 5_000;
const rate = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0.05, max: 5000, noNaN: true }));
const burst = fc.integer({ min: 1, max: 1000 });
const passMs = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.double({ min: 0, max: 3000, noNaN: true }));
const drawing: fc.Arbitrary<Draw> = fc.record({
  passMs,
  want: fc.integer({ min: 0, max: 1200 }),
  reserve: fc.constantFrom(0, 0, 1, 7),
});
const drawings = fc.array(drawing, { minLength: 1, maxLength: 60 });

/** What was drawn, and when. */
function drawAll(
  first: RateBudget,
  sequence: readonly Draw[],
  check: (before: RateBudget, one: Draw, drawn: number, after: RateBudget) => void = () => {},
) {
  let budget = first;
  let now = first.at;
  return sequence.map((one) => {
    now += one.passMs;
    const full = refill(budget, now);
    const answer = draw(budget, one.want, one.reserve, now);
    check(full, one, answer.drawn, answer.budget);
    budget = answer.budget;
    return { at: now, drawn: answer.drawn };
  });
}

describe('A rate budget', () => {
  it('starts empty, because nobody knows what was drawn before a restart', () => {
    const budget = emptyBudget(100, 50, START);
    expect(draw(budget, 10, 0, START).drawn).toBe(0);
    expect(draw(budget, 10, 0, START + 50).drawn).toBe(5);
  });

  it('fills up to its burst and no further', () => {
    expect(draw(emptyBudget(100, 50, START), 1000, 0, START + 3_600_000).drawn).toBe(50);
  });

  it('never gives more than burst + rate x time, in any window', () => {
    const property = fc.property(rate, burst, drawings, (perSecond, most, sequence) => {
      const drawn = drawAll(emptyBudget(perSecond, most, START), sequence);
      for (let from = 0; from < drawn.length; from++) {
        let sum = 0;
        for (let to = from; to < drawn.length; to++) {
          sum += drawn[to]!.drawn;
          const allowed = most + (perSecond * (drawn[to]!.at - drawn[from]!.at)) / 1000;
          expect(sum).toBeLessThanOrEqual(allowed + 1e-6);
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('never gives more than rate x time from its beginning', () => {
    const property = fc.property(rate, burst, drawings, (perSecond, most, sequence) => {
      let sum = 0;
      for (const { at, drawn } of drawAll(emptyBudget(perSecond, most, START), sequence)) {
        sum += drawn;
        expect(sum).toBeLessThanOrEqual((perSecond * (at - START)) / 1000 + 1e-6);
      }
    });
    fc.assert(property);
  });

  it('gives whole tokens, as many as are wanted and there', () => {
    const property = fc.property(rate, burst, drawings, (perSecond, most, sequence) => {
      drawAll(emptyBudget(perSecond, most, START), sequence, (full, { want, reserve }, drawn, after) => {
        expect(drawn).toBe(Math.max(0, Math.min(want, Math.floor(full.tokens - reserve))));
        expect(after.tokens).toBeCloseTo(full.tokens - drawn, 6);
        expect(after.tokens).toBeGreaterThanOrEqual(0);
      });
    });
    fc.assert(property);
  });

  it('leaves the reserve to those with a better claim', () => {
    const property = fc.property(rate, burst, drawings, (perSecond, most, sequence) => {
      drawAll(emptyBudget(perSecond, most, START), sequence, (full, { reserve }, drawn, after) => {
        if (drawn > 0) expect(after.tokens).toBeGreaterThanOrEqual(reserve);
        else expect(after.tokens).toBe(full.tokens);
      });
    });
    fc.assert(property);
    const full = refill(emptyBudget(100, 50, START), START + 1000);
    expect(draw(full, 50, 5, START + 1000).drawn).toBe(45);
    expect(draw(draw(full, 50, 5, START + 1000).budget, 50, 0, START + 1000).drawn).toBe(5);
  });

  it('says how long to wait: long enough, and not a millisecond too long', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 10, max: 1000 }),
      drawings,
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 0, max: 9 }),
      (perSecond, most, sequence, want, reserve) => {
        let budget = emptyBudget(perSecond, most, START);
        drawAll(budget, sequence, (_full, _one, _drawn, after) => (budget = after));
        const possible = Math.min(want, most - reserve);
        const wait = waitFor(budget, want, reserve, budget.at);
        const lacking = Math.max(0, possible + reserve - budget.tokens);
        expect(wait).toBeLessThanOrEqual((lacking * 1000) / perSecond + 1 + 1e-6);
        expect(Number.isInteger(wait)).toBe(true);
        // Give or take a nanosecond: sums of fractions are not exact.
        expect(draw(budget, possible, reserve, budget.at + wait + 1e-6).drawn).toBe(possible);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('asks for no waiting when the tokens are there', () => {
    const full = refill(emptyBudget(100, 50, START), START + 1000);
    expect(waitFor(full, 50, 0, START + 1000)).toBe(0);
    expect(waitFor(full, 51, 0, START + 1000)).toBe(0);
    expect(waitFor(draw(full, 50, 0, START + 1000).budget, 10, 0, START + 1000)).toBe(100);
  });

  it('gains nothing when the clock goes back and comes again', () => {
    const jump = fc.record({
      to: fc.integer({ min: 0, max: 20_000 }),
      want: fc.integer({ min: 0, max: 100 }),
    });
    const property = fc.property(rate, burst, fc.array(jump, { maxLength: 40 }), (perSecond, most, jumps) => {
      let budget = emptyBudget(perSecond, most, START);
      let [sum, latest] = [0, START];
      for (const { to, want } of jumps) {
        latest = Math.max(latest, to);
        const answer = draw(budget, want, 0, to);
        budget = answer.budget;
        sum += answer.drawn;
        expect(sum).toBeLessThanOrEqual((perSecond * (latest - START)) / 1000 + 1e-6);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('gives nothing until what was taken beyond it is paid back', () => {
    const full = refill(emptyBudget(10, 5, START), START + 1000);
    const owing = spend(full, 25, START + 1000);
    expect(waitFor(owing, 1, 0, START + 1000)).toBe(2100);
    expect(draw(owing, 5, 0, START + 3000).drawn).toBe(0);
    expect(draw(owing, 5, 0, START + 3500).drawn).toBe(5);
    expect(spend(emptyBudget(Infinity, Infinity, START), 25, START).tokens).toBe(Infinity);
  });

  describe('without a limit', () => {
    it('gives what is wanted, at once and always', () => {
      let budget = emptyBudget(Infinity, Infinity, START);
      for (const want of [1, 1000, 1_000_000]) {
        expect(waitFor(budget, want, 0, START)).toBe(0);
        const answer = draw(budget, want, 5, START);
        expect(answer.drawn).toBe(want);
        budget = answer.budget;
      }
    });
  });

  describe('whose rate changes', () => {
    it('keeps what it has, and no more than the new burst', () => {
      const full = refill(emptyBudget(100, 50, START), START + 1000);
      expect(withRate(full, 200, 100, START + 1000)).toEqual({
        rate: 200,
        burst: 100,
        tokens: 50,
        at: START + 1000,
      });
      expect(withRate(full, 10, 5, START + 1000)).toEqual({
        rate: 10,
        burst: 5,
        tokens: 5,
        at: START + 1000,
      });
    });

    it('fills at the old rate until the change, and at the new one after it', () => {
      const changed = withRate(emptyBudget(100, 50, START), 10, 50, START + 100);
      expect(draw(changed, 50, 0, START + 1100).drawn).toBe(20);
    });

    it('is limited from the moment it gets a limit', () => {
      const limited = withRate(emptyBudget(Infinity, Infinity, START), 10, 5, START);
      expect(limited.tokens).toBeLessThanOrEqual(5);
      expect(draw(limited, 100, 0, START).drawn).toBeLessThanOrEqual(5);
    });
  });
});
