import { describe, expect, it } from '@jest/globals';
import { classifyFailedMessage, classifyTwilio, twilioErrors } from './classify-twilio.js';

const NOW = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

type Row = readonly [status: number, code: number | undefined, outcome: object];

const refusals: readonly Row[] = [
  [429, 20429, { kind: 'throttled', retryAfterMs: 2000 }],
  [429, 21611, { kind: 'throttled', retryAfterMs: 2000 }],
  [400, 21611, { kind: 'throttled', retryAfterMs: 2000 }],
  [400, 30001, { kind: 'throttled', retryAfterMs: 2000 }],
  [400, 30022, { kind: 'throttled', retryAfterMs: 2000 }],
  [400, 63018, { kind: 'throttled', retryAfterMs: 2000 }],
  [429, 63038, { kind: 'throttled', parkUntil: NOW + HOUR_MS }],
  [429, undefined, { kind: 'throttled', retryAfterMs: 2000 }],
  [429, 99999, { kind: 'throttled', retryAfterMs: 2000 }],
  [429, 21211, { kind: 'throttled', retryAfterMs: 2000 }],

  [400, 30003, { kind: 'unavailable' }],
  [400, 30008, { kind: 'unavailable' }],

  [401, 20003, { kind: 'misconfigured' }],
  [400, 21212, { kind: 'misconfigured' }],
  [400, 21408, { kind: 'misconfigured' }],
  [403, 21408, { kind: 'misconfigured' }],
  [400, 21603, { kind: 'misconfigured' }],
  [400, 21606, { kind: 'misconfigured' }],
  [400, 21608, { kind: 'misconfigured' }],
  [400, 21609, { kind: 'misconfigured' }],
  [400, 21660, { kind: 'misconfigured' }],
  [400, 30002, { kind: 'misconfigured' }],
  [403, 20005, { kind: 'misconfigured' }],
  [404, 20404, { kind: 'misconfigured' }],
  [401, undefined, { kind: 'misconfigured' }],

  [400, 21211, { kind: 'rejected' }],
  [400, 21602, { kind: 'rejected' }],
  [400, 21604, { kind: 'rejected' }],
  [400, 21612, { kind: 'rejected' }],
  [400, 21614, { kind: 'rejected' }],
  [400, 21617, { kind: 'rejected' }],
  [400, 30005, { kind: 'rejected' }],
  [400, 30006, { kind: 'rejected' }],
  [400, 63016, { kind: 'rejected' }],
  [400, 63024, { kind: 'rejected' }],
  [400, 21610, { kind: 'rejected', hardBounce: true }],

  [500, 20500, { kind: 'unknown' }],
  [500, 21211, { kind: 'unknown' }],
  [502, undefined, { kind: 'unknown' }],
  [504, undefined, { kind: 'unknown' }],
  [202, undefined, { kind: 'unknown' }],

  [503, 20503, { kind: 'unavailable' }],
  [503, undefined, { kind: 'unavailable' }],
  [400, undefined, { kind: 'unavailable' }],
  [400, 99999, { kind: 'unavailable' }],
  [302, undefined, { kind: 'unavailable' }],
];

describe('what a refusal by Twilio means', () => {
  it.each(refusals)('%i %s', (status, code, outcome) => {
    const reason = code === undefined ? `HTTP ${status}` : `${code}: words`;
    expect(classifyTwilio({ status, code, message: 'words', retryAfterMs: 2000 }, NOW)).toEqual({
      reason,
      ...outcome,
    });
  });

  it('has an example for every code of the table', () => {
    const shown = new Set(refusals.map(([, code]) => String(code)));
    expect(Object.keys(twilioErrors).filter((code) => !shown.has(code))).toEqual([]);
  });

  it('is to wait for as long as Retry-After says, or for no time in particular', () => {
    expect(classifyTwilio({ status: 429, code: 20429, message: '' }, NOW)).not.toHaveProperty('retryAfterMs');
  });
});

describe('what it means that a message failed while it was made', () => {
  it.each([
    [30001, { kind: 'throttled', reason: '30001: words' }],
    [30003, { kind: 'unavailable', reason: '30003: words' }],
    [30006, { kind: 'rejected', reason: '30006: words' }],
    [21610, { kind: 'rejected', reason: '21610: words', hardBounce: true }],
    [99999, { kind: 'unavailable', reason: '99999: words' }],
    [undefined, { kind: 'unavailable', reason: 'words' }],
  ])('%s', (code, outcome) => {
    expect(classifyFailedMessage(code, 'words', NOW)).toEqual(outcome);
  });

  it('has a reason even if Twilio gives none', () => {
    expect(classifyFailedMessage(undefined, '', NOW)).toEqual({ kind: 'unavailable', reason: 'failed' });
  });
});
