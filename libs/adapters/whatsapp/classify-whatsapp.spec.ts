import { describe, expect, it } from '@jest/globals';
import { classifyWhatsApp } from './classify-whatsapp.js';
import { readGraphError } from './graph-error.js';

const NOW = Date.UTC(2026, 0, 5, 9);
const TO = '+15551234567';

const classify = (
  status: number,
  error: unknown,
  retryAfterMs: number | undefined = undefined,
): ReturnType<typeof classifyWhatsApp> =>
  classifyWhatsApp({ status, error: readGraphError(error), retryAfterMs }, TO, NOW);

describe('what a refusal by WhatsApp means', () => {
  const HOUR = 3_600_000;
  it.each<readonly [code: number, outcome: object]>([
    [4, { kind: 'throttled' }],
    [80007, { kind: 'throttled' }],
    [130429, { kind: 'throttled' }],
    [131056, { kind: 'throttled', retryAfterMs: 6_000, domain: TO }],
    [131048, { kind: 'throttled', parkUntil: NOW + HOUR }],

    [2, { kind: 'unavailable' }],
    [131016, { kind: 'unavailable' }],
    [131057, { kind: 'unavailable' }],
    [1, { kind: 'unknown' }],
    [131000, { kind: 'unknown' }],

    [100, { kind: 'rejected' }],
    [130472, { kind: 'rejected' }],
    [130497, { kind: 'rejected' }],
    [131008, { kind: 'rejected' }],
    [131009, { kind: 'rejected' }],
    [131021, { kind: 'rejected' }],
    [131026, { kind: 'rejected' }],
    [131049, { kind: 'rejected' }],
    [131051, { kind: 'rejected' }],
    [132000, { kind: 'rejected' }],
    [132001, { kind: 'rejected' }],
    [132007, { kind: 'rejected' }],
    [132016, { kind: 'rejected' }],
    [132018, { kind: 'rejected' }],

    [0, { kind: 'misconfigured' }],
    [3, { kind: 'misconfigured' }],
    [10, { kind: 'misconfigured' }],
    [33, { kind: 'misconfigured' }],
    [190, { kind: 'misconfigured' }],
    [200, { kind: 'misconfigured' }],
    [299, { kind: 'misconfigured' }],
    [368, { kind: 'misconfigured' }],
    [131005, { kind: 'misconfigured' }],
    [131031, { kind: 'misconfigured' }],
    [131037, { kind: 'misconfigured' }],
    [131042, { kind: 'misconfigured' }],
    [131045, { kind: 'misconfigured' }],
    [133010, { kind: 'misconfigured' }],
  ])('%i, whatever its HTTP status', (code, outcome) => {
    for (const status of [400, 429, 500]) {
      expect(classify(status, { code, message: `(#${code}) Words` })).toEqual({
        reason: `${code} Words`,
        ...outcome,
      });
    }
  });

  it('is that the person opted out: nothing more is to be sent to them', () => {
    expect(classify(400, { code: 131050, message: '(#131050) Stopped' })).toEqual({
      kind: 'rejected',
      reason: 'opted_out: 131050 Stopped',
      hardBounce: true,
    });
  });

  it('is that the 24 hours are over: the number stays good', () => {
    const error_data = { messaging_product: 'whatsapp', details: 'too late' };
    expect(classify(400, { code: 131047, message: '(#131047) Re-engagement message', error_data })).toEqual({
      kind: 'rejected',
      reason: 'window_closed: 131047 Re-engagement message: too late',
    });
  });

  it('is that our own number does not exist, and not that the message is bad', () => {
    expect(classify(400, { code: 100, error_subcode: 33, message: 'Unsupported' }).kind).toBe(
      'misconfigured',
    );
    expect(classify(400, { code: 100, error_subcode: 2494010, message: 'Unsupported' }).kind).toBe(
      'rejected',
    );
  });

  it('is to wait for as long as it says, but never less than an hour for the number’s quality', () => {
    expect(classify(429, { code: 130429 }, 2_000)).toMatchObject({ retryAfterMs: 2_000 });
    expect(classify(429, { code: 131056 }, 64_000)).toMatchObject({ retryAfterMs: 64_000 });
    expect(classify(429, { code: 131048 }, 2_000)).toMatchObject({ parkUntil: NOW + HOUR });
    expect(classify(429, { code: 131048 }, 2 * HOUR)).toMatchObject({ parkUntil: NOW + 2 * HOUR });
  });

  it.each<readonly [status: number, error: unknown, kind: string]>([
    [429, { code: 999_999 }, 'throttled'],
    [401, { code: 104 }, 'misconfigured'],
    [400, { code: 999_999 }, 'unavailable'],
    [500, { code: 999_999 }, 'unknown'],
    [503, undefined, 'unavailable'],
    [502, undefined, 'unknown'],
    [504, 'Gateway time-out', 'unknown'],
    [302, undefined, 'unavailable'],
    [202, { code: 190 }, 'unknown'],
    [500, { code: '190' }, 'unknown'],
    [500, { code: 131_000.5 }, 'unknown'],
    [400, { code: 132_017 }, 'unavailable'],
    [400, { code: 300 }, 'unavailable'],
  ])('goes by the status %i where %j is no code that we know', (status, error, kind) => {
    expect(classify(status, error).kind).toBe(kind);
  });
});

describe('the words of a refusal', () => {
  it.each<readonly [error: unknown, reason: string]>([
    [{ code: 190, message: 'Invalid OAuth access token' }, '190 Invalid OAuth access token'],
    [{ code: 190 }, '190'],
    [{ code: 190, message: { toString: 1 }, error_data: { details: { valueOf: 2 } } }, '190'],
    [{ code: 190, message: 'a', error_data: [] }, '190 a'],
    [undefined, 'HTTP 401'],
    [[], 'HTTP 401'],
    ['words', 'HTTP 401'],
  ])('of %j', (error, reason) => {
    expect(classify(401, error)).toEqual({ kind: 'misconfigured', reason });
  });
});
