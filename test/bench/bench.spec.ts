import { describe, expect, it } from '@jest/globals';
import { atLeast, atMost, type Bench, type BenchReport, median, quantile } from './bench.js';
import { asMarkdown } from './kit/report.js';

describe('a median', () => {
  it('is the middle one, or lies between the two in the middle', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('is one of the quantiles', () => {
    expect([0, 0.5, 0.99, 1].map((q) => quantile([0, 100, 50], q))).toEqual([0, 50, 99, 100]);
  });
});

describe('a mark', () => {
  it('is met where it is reached exactly', () => {
    expect([atLeast('x', 2, 2).met, atMost('x', 2, 2).met]).toEqual([true, true]);
    expect([atLeast('x', 1.9, 2).met, atMost('x', 2.1, 2).met]).toEqual([false, false]);
  });

  it('is missed by what could not be measured', () => {
    expect([atLeast('x', NaN, 2).met, atMost('x', NaN, 2).met]).toEqual([false, false]);
  });
});

describe('a printed report', () => {
  const bench: Bench = { name: 'toy', title: 'a toy', run: () => Promise.reject(new Error('never run')) };
  const report: BenchReport = {
    runs: 5,
    settings: { messages: 1000 },
    columns: ['who', 'messages/s'],
    rows: [['posthorn', 12345.6]],
    marks: [atLeast('messages/s', 12345.6, 25_000)],
    notes: ['as it is'],
    samples: [],
    problems: ['one is missing'],
  };
  const machine = {
    cpu: 'Some CPU',
    cores: 2,
    memoryGb: 8,
    node: 'v24.0.0',
    system: 'linux 6',
    loadBefore: [0.1, 0.2, 0.3],
    at: '2026-01-31T13:05:00.000Z',
  };

  it('names the machine, the marks that were missed and what does not add up', () => {
    const text = asMarkdown(bench, report, machine);
    expect(text).toContain('Some CPU, 2 cores, 8 GB, Node v24.0.0, linux 6; load before 0.1 0.2 0.3');
    expect(text).toContain('| posthorn |     12,346 |');
    expect(text).toContain('| messages/s |   12,346 | >= 25,000 | **no** |');
    expect(text).toContain('**does not add up:** one is missing');
    expect(text).not.toContain('busy');
  });

  it('says so when others were at work', () => {
    expect(asMarkdown(bench, report, { ...machine, loadBefore: [1.5, 1, 1] })).toContain(
      'The machine was busy',
    );
  });
});
