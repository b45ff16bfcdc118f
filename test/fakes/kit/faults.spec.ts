import { describe, expect, it } from '@jest/globals';
import { parseFaultRules, type FaultRule } from './fault-rules.js';
import { FaultPlan } from './faults.js';

const START = 1_000_000;

/** How each of `count` calls to the same recipients ends, one per `everyMs`. */
function endings(rules: FaultRule[], count: number, { everyMs = 0, to = ['a@x.io'] } = {}): string[] {
  const plan = new FaultPlan(rules, START);
  return Array.from({ length: count }, (_, n) => {
    const { ending } = plan.decide(plan.open(START + n * everyMs), to);
    return ending.kind === 'status' ? String(ending.status) : ending.kind;
  });
}

describe('a fault plan', () => {
  it('answers everything when it has no rules', () => {
    expect(endings([], 3)).toEqual(['answer', 'answer', 'answer']);
  });

  it('strikes the calls of a range, both ends included', () => {
    const rule: FaultRule = { match: { calls: [2, 3] }, effect: { kind: 'status', status: 429 } };
    expect(endings([rule], 4)).toEqual(['answer', '429', '429', 'answer']);
  });

  it('strikes within a window of time, its end excluded', () => {
    const rule: FaultRule = { match: { windowMs: [1000, 3000] }, effect: { kind: 'status', status: 503 } };
    expect(endings([rule], 4, { everyMs: 1000 })).toEqual(['answer', '503', '503', 'answer']);
  });

  it('strikes calls to certain recipients', () => {
    const rule: FaultRule = { match: { recipient: '@SLOW\\.example$' }, effect: { kind: 'hang' } };
    expect(endings([rule], 1, { to: ['a@x.io', 'b@slow.example'] })).toEqual(['hang']);
    expect(endings([rule], 1, { to: ['slow.example@x.io'] })).toEqual(['answer']);
  });

  it('strikes the first attempts for each recipient and lets the next through', () => {
    const plan = new FaultPlan(
      [{ match: { attempts: [1, 2] }, effect: { kind: 'status', status: 451 } }],
      START,
    );
    const kind = (to: string) => plan.decide(plan.open(START), [to]).ending.kind;
    expect(['a', 'a', 'b', 'a', 'b', 'b'].map(kind)).toEqual([
      'status',
      'status',
      'status',
      'answer',
      'status',
      'answer',
    ]);
  });

  it('draws the same calls from the same seed, about as many as asked', () => {
    const rule = (seed: number): FaultRule => ({
      match: { probability: 0.3, seed },
      effect: { kind: 'status', status: 500 },
    });
    const first = endings([rule(7)], 2000);
    const struck = first.filter((ending) => ending === '500').length;
    expect(endings([rule(7)], 2000)).toEqual(first);
    expect(endings([rule(8)], 2000)).not.toEqual(first);
    expect(struck).toBeGreaterThan(540);
    expect(struck).toBeLessThan(660);
  });

  it('walks through phases measured in time', () => {
    const rule: FaultRule = {
      effect: {
        kind: 'phases',
        steps: [
          { forMs: 2000, effect: { kind: 'healthy' } },
          { forMs: 2000, effect: { kind: 'status', status: 429 } },
          { forMs: 2000, effect: { kind: 'hang' } },
          { effect: { kind: 'healthy' } },
        ],
      },
    };
    const expected = ['answer', 'answer', '429', '429', 'hang', 'hang', 'answer', 'answer'];
    expect(endings([rule], 8, { everyMs: 1000 })).toEqual(expected);
  });

  it('walks through phases measured in calls, again and again when told to', () => {
    const steps = [
      { forCalls: 2, effect: { kind: 'healthy' } as const },
      { forCalls: 1, effect: { kind: 'status', status: 503 } as const },
    ];
    expect(endings([{ effect: { kind: 'phases', steps } }], 5)).toEqual([
      'answer',
      'answer',
      '503',
      'answer',
      'answer',
    ]);
    const forever = endings([{ effect: { kind: 'phases', steps, repeat: true } }], 7);
    expect(forever).toEqual(['answer', 'answer', '503', 'answer', 'answer', '503', 'answer']);
  });

  it('lets the first rule that matches decide, after any slowness before it', () => {
    const plan = new FaultPlan(
      [
        { effect: { kind: 'slow', ms: 40 } },
        { name: 'quota', match: { calls: [1, 1] }, effect: { kind: 'quota' } },
        { name: 'down', effect: { kind: 'status', status: 503 } },
      ],
      START,
    );
    const first = plan.decide(plan.open(START), []);
    const second = plan.decide(plan.open(START), []);
    expect(first).toMatchObject({ delayMs: 40, ending: { kind: 'quota', period: 'daily' }, fault: 'quota' });
    expect(second).toMatchObject({ delayMs: 40, ending: { kind: 'status', status: 503 }, fault: 'down' });
  });

  it('turns down single recipients, the same ones in whatever call they come', () => {
    const rule: FaultRule = { match: { probability: 0.5, seed: 3 }, effect: { kind: 'rejectRecipients' } };
    const everyone = Array.from({ length: 200 }, (_, n) => `u${n}@x.io`);
    const plan = new FaultPlan([rule], START);
    const together = plan.decide(plan.open(START), everyone);
    const alone = everyone.map((to) => plan.decide(plan.open(START), [to]).rejects(to));
    expect(alone.map(Boolean)).toEqual(everyone.map((to) => Boolean(together.rejects(to))));
    expect(alone.filter(Boolean).length).toBeGreaterThan(60);
    expect(together.ending).toEqual({ kind: 'answer' });
  });

  it('turns a recipient down at first and takes it later', () => {
    const plan = new FaultPlan(
      [{ match: { attempts: [1, 1] }, effect: { kind: 'rejectRecipients', error: 'TRANSIENT_FAILURE' } }],
      START,
    );
    const attempt = () => plan.decide(plan.open(START), ['a@x.io']).rejects('a@x.io')?.error;
    expect([attempt(), attempt()]).toEqual(['TRANSIENT_FAILURE', undefined]);
  });

  it('counts afresh when the rules change, and leaves calls under way with the old ones', () => {
    const plan = new FaultPlan([{ match: { calls: [2, 2] }, effect: { kind: 'hang' } }], START);
    plan.open(START);
    const underWay = plan.open(START);
    plan.set([{ match: { calls: [1, 1] }, effect: { kind: 'acceptThenDrop' } }], START);
    expect(plan.decide(underWay, []).ending.kind).toBe('hang');
    expect(plan.decide(plan.open(START), []).ending.kind).toBe('acceptThenDrop');
  });

  it('drops a connection before its body only when nobody has to look into the body first', () => {
    const drop: FaultRule = { effect: { kind: 'dropBeforeRead' } };
    const picky: FaultRule = { match: { recipient: 'a@' }, effect: { kind: 'hang' } };
    const early = (rules: FaultRule[]) => {
      const plan = new FaultPlan(rules, START);
      return plan.dropsEarly(plan.open(START));
    };
    expect([early([drop]), early([picky, drop]), early([picky]), early([])]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it.each([
    ['no array', {}, 'must be an array'],
    ['no effect', [{}], 'rule 0: it has no effect'],
    ['an unknown effect', [{ effect: { kind: 'explode' } }], 'unknown effect "explode"'],
    ['a bad pattern', [{ match: { recipient: '(' }, effect: { kind: 'hang' } }], 'not a regular expression'],
    ['a status without a number', [{ effect: { kind: 'status' } }], 'status is not one'],
    ['no phases', [{ effect: { kind: 'phases', steps: [] } }], 'every phase needs'],
    [
      'an open phase in the middle',
      [
        {
          effect: {
            kind: 'phases',
            steps: [{ effect: { kind: 'hang' } }, { forMs: 1, effect: { kind: 'hang' } }],
          },
        },
      ],
      'every phase needs',
    ],
  ])('refuses rules with %s', (_, rules, words) => {
    expect(() => parseFaultRules(rules)).toThrow(words);
  });
});
