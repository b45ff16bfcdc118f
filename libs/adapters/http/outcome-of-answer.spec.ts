import { describe, expect, it } from '@jest/globals';
import { nextUtcMidnight, outcomeOfSilence, outcomeOfStatus, retryAfterMs } from './outcome-of-answer.js';

const NOW = Date.UTC(2026, 0, 5, 9, 30);

describe('a status nobody has explained', () => {
  it.each([
    [200, 'unknown'],
    [302, 'unavailable'],
    [400, 'unavailable'],
    [401, 'misconfigured'],
    [403, 'misconfigured'],
    [404, 'misconfigured'],
    [405, 'misconfigured'],
    [408, 'unknown'],
    [409, 'unavailable'],
    [413, 'unavailable'],
    [429, 'throttled'],
    [500, 'unknown'],
    [501, 'unknown'],
    [502, 'unknown'],
    [503, 'unavailable'],
    [504, 'unknown'],
    [599, 'unknown'],
  ])('%i leaves the message %s', (status, kind) => {
    expect(outcomeOfStatus(status, 'why')).toEqual({ kind, reason: 'why' });
  });

  it('says how long to wait when it is a 429 that tells', () => {
    expect(outcomeOfStatus(429, 'why', 1500)).toEqual({
      kind: 'throttled',
      reason: 'why',
      retryAfterMs: 1500,
    });
  });
});

it('is unknown what became of a request that was lost, and certain that one was not sent', () => {
  expect(outcomeOfSilence({ kind: 'lost', reason: 'ECONNRESET' })).toEqual({
    kind: 'unknown',
    reason: 'ECONNRESET',
  });
  expect(outcomeOfSilence({ kind: 'not_sent', reason: 'ENOTFOUND' })).toEqual({
    kind: 'unavailable',
    reason: 'ENOTFOUND',
  });
});

describe('Retry-After', () => {
  it.each([
    ['2', 2000],
    ['0.5', 500],
    ['0', 0],
    ['-1', 0],
    ['Mon, 05 Jan 2026 09:30:07 GMT', 7000],
    ['Mon, 05 Jan 2026 09:29:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (value, ms) => {
    expect(retryAfterMs({ 'retry-after': value }, NOW)).toBe(ms);
  });
});

it('is midnight UTC when the day ends, wherever one is', () => {
  expect(nextUtcMidnight(NOW)).toBe(Date.UTC(2026, 0, 6));
  expect(nextUtcMidnight(Date.UTC(2026, 0, 6))).toBe(Date.UTC(2026, 0, 7));
});
