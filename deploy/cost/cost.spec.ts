import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '#test/architecture/repository.js';
import { COSTED_TARGETS, costOf, dollarsOf } from './cost-model.js';
import { type Price, PRICES, TAKEN_DOWN } from './prices.js';
import { asked, report } from './run.js';
import { sizingOf } from './sizing.js';
import { PROVIDERS, sumOf, workOf } from './work.js';

const resend = { rowKb: 1, reported: 0, provider: PROVIDERS.resend };
const ses = { ...resend, provider: PROVIDERS.ses };
const million = { ...resend, messages: 1e6, withProvider: false };

describe('The work of one message', () => {
  it('is about ten write units from acceptance to outcome', () => {
    expect(sumOf(workOf(resend).writes)).toBeCloseTo(10.391, 3);
    expect(sumOf(workOf(resend).reads)).toBeCloseTo(3.29, 2);
  });

  it('is two more with a provider whose ids are kept, and eleven more when he tells of it', () => {
    const plain = sumOf(workOf(resend).writes);
    expect(sumOf(workOf(ses).writes) - plain).toBeCloseTo(2.083, 3);
    expect(sumOf(workOf({ ...resend, reported: 1 }).writes) - plain).toBeCloseTo(11, 5);
  });

  it('counts a row by each KB that it has begun, three times over', () => {
    const of = (rowKb: number): number => sumOf(workOf({ ...resend, rowKb }).writes);
    expect(of(1.1) - of(1)).toBeCloseTo(6, 5);
    expect(of(0.2)).toBe(of(1));
  });
});

describe('The cost', () => {
  it('is the sum of quantities and prices', () => {
    for (const target of COSTED_TARGETS)
      for (const { dollars, quantity, price } of costOf(target, million).messages)
        expect(dollars).toBeCloseTo(quantity * PRICES[price].dollars, 10);
  });

  it('of a million is some dollars of DynamoDB on AWS, and next to nothing on one machine', () => {
    const writes = costOf('lambda', million).messages.find(({ what }) => what === 'DynamoDB writes');
    expect(writes?.dollars).toBeCloseTo(6.494, 3);
    expect(dollarsOf(costOf('lambda', million).messages)).toBeCloseTo(7.5, 0);
    expect(dollarsOf(costOf('embedded', million).messages)).toBeLessThan(0.1);
  });

  it('grows with the messages, and not with those of a month in which none is sent', () => {
    for (const target of COSTED_TARGETS) {
      const [once, twice] = [costOf(target, million), costOf(target, { ...million, messages: 2e6 })];
      expect(dollarsOf(twice.messages)).toBeCloseTo(2 * dollarsOf(once.messages), 6);
      expect(twice.month).toEqual(once.month);
    }
  });

  it('idle is least where nothing runs', () => {
    const idle = (target: (typeof COSTED_TARGETS)[number]): number =>
      dollarsOf(costOf(target, million).month);
    expect(idle('lambda')).toBeLessThan(idle('embedded'));
    expect(idle('embedded')).toBeLessThan(idle('container'));
  });

  it('has SES in it where SES sends', () => {
    const both = [false, true].map((withProvider) =>
      dollarsOf(costOf('embedded', { ...million, ...ses, withProvider }).messages),
    );
    expect(both[1]! - both[0]!).toBeCloseTo(100, 5);
  });

  it('names the page of each price, and the day', () => {
    for (const { page, dollars } of Object.values(PRICES)) {
      expect(page).toMatch(/^aws\.amazon\.com\/[a-z0-9-]+\/pricing/);
      expect(dollars).toBeGreaterThan(0);
    }
    const unread = Object.entries<Price>(PRICES).filter(([, { read }]) => !read);
    expect(unread.map(([name]) => name)).toEqual(['dynamoBackup', 'redisHour', 'machineHour', 'diskGb']);
    const page = readFileSync(join(root, 'docs/scaling.md'), 'utf8');
    expect(page).toContain('which could not be verified');
    expect(TAKEN_DOWN).toMatch(/^\d{4}-\d\d-\d\d$/);
  });
});

describe('Ten million in twenty minutes', () => {
  const sizing = sizingOf({ ...resend, messages: 10e6 }, 20);

  it('are 8,334 a second, in 84 calls', () => {
    expect(sizing.perSecond).toBeCloseTo(8333.3, 1);
    expect(sizing.callsPerSecond).toBeCloseTo(83.3, 1);
    expect(sizing.writesPerSecond).toBeCloseTo(86_592, 0);
  });

  it('are too many for one campaign: it is handed over step by step', () => {
    expect(sizing.acceptedPerSecond).toBe(2400);
    expect(sizing.campaigns).toBe(4);
    expect(sizing.shardBusy).toBeLessThan(0.25);
  });

  it('are more than a provider, a table and its warmth have at first, and not more functions than an account has', () => {
    expect(sizing.needs.map(({ needed, has }) => needed > has)).toEqual([true, true, true, false, false]);
    expect(sizing.functions).toBe(25);
  });

  it('meet each shard with every report, which is what holds them up then', () => {
    const reported = sizingOf({ ...ses, reported: 1, messages: 10e6 }, 20);
    expect(reported.campaigns).toBeGreaterThan(sizing.campaigns);
    expect(reported.needs.filter(({ needed, has }) => needed > has)).toHaveLength(4);
  });

  it('are nothing special when there is time', () => {
    expect(sizingOf({ ...resend, messages: 10e6 }, 24 * 60)).toMatchObject({
      campaigns: 1,
      workers: 1,
      functions: 2,
    });
  });
});

describe('npm run cost', () => {
  it('tells of ten million by SES when nothing is asked', () => {
    expect(asked([])).toEqual({ messages: 10e6, minutes: 20, provider: 'ses', rowKb: 1, reported: 1 });
    expect(report(asked([]))).toContain('10,000,000 messages by ses');
  });

  it('says what docs/scaling.md says', () => {
    const page = readFileSync(join(root, 'docs/scaling.md'), 'utf8');
    const row = (begins: string): string => page.split('\n').find((line) => line.startsWith(begins)) ?? '';
    const whole = (dollars: number): string => Math.round(dollars).toLocaleString('en-US');
    for (const target of ['container', 'lambda'] as const) {
      const cheap = costOf(target, { ...million, messages: 10e6 });
      const dear = costOf(target, { ...ses, reported: 1, messages: 10e6, withProvider: true });
      expect(row('| **without reports, by Resend**')).toContain(`**${whole(dollarsOf(cheap.messages))}**`);
      expect(row('| **all reported, by SES**')).toContain(`**${whole(dollarsOf(dear.messages))}**`);
      const idle = dollarsOf(cheap.month);
      const tens = idle < 10 ? Math.round(idle) : Math.round(idle / 10) * 10;
      expect(row('| costs when idle')).toContain(`$${tens} `);
    }
    const { campaigns, functions, workers } = sizingOf({ ...resend, messages: 10e6 }, 20);
    expect(row('| campaigns side by side')).toContain(`| ${campaigns} |`);
    expect(row('| functions of the bulk lane')).toContain(`| ${functions} |`);
    expect(row('| functions of the bulk lane')).toContain(`${workers} workers`);
  });

  it('takes numbers as one writes them, and says how it is used when it is not', () => {
    expect(asked(['--messages', '2.5e6', '--reported', '0']).messages).toBe(2.5e6);
    for (const wrong of [['--messages', 'many'], ['--provider', 'pigeon'], ['--reported', '2'], ['--fast']])
      expect(() => asked(wrong)).toThrow('npm run cost');
  });

  it('is wired as every other command', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['cost']).toBe('exec node scripts/bootstrap.mjs cost');
    expect(readFileSync(join(root, 'scripts/bootstrap.mjs'), 'utf8')).toContain('dist/deploy/cost/main.js');
  });
});
