import { describe, expect, it } from '@jest/globals';
import type { PostOutcome } from './post-outcome.js';
import { judge, LONGEST_RETRY_AFTER_MS, RETRY_LADDER_MS } from './retry-ladder.js';
import {
  FAILING_FOR_MS,
  FORMER_SECRET_MS,
  healthAfter,
  rotated,
  signingKeys,
  wants,
  type WebhookSecret,
} from './webhook-endpoint.js';

const NOW = Date.UTC(2026, 0, 1);
const answered = (status: number, retryAfter?: string): PostOutcome => ({
  kind: 'answered',
  status,
  body: '',
  ...(retryAfter !== undefined && { retryAfter }),
});

describe('the ladder of retries', () => {
  it('is 0 s, 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h', () => {
    const [s, m, h] = [1000, 60_000, 3_600_000];
    expect(RETRY_LADDER_MS).toEqual([0, 5 * s, 5 * m, 30 * m, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h]);
  });

  it.each(RETRY_LADDER_MS.slice(1).map((delay, index) => [index + 1, delay]))(
    'puts the attempt after failure %d off by %d ms',
    (attempts, delay) => {
      expect(judge(attempts, answered(500), NOW)).toEqual({
        state: { status: 'pending', dueAt: NOW + delay },
        effect: 'failed',
      });
    },
  );

  it('ends with the tenth failure', () => {
    expect(judge(10, answered(500), NOW)).toEqual({ state: { status: 'failed' }, effect: 'exhausted' });
  });

  it.each([200, 201, 202, 204, 299])('ends with a %d', (status) => {
    expect(judge(3, answered(status), NOW)).toEqual({ state: { status: 'delivered' }, effect: 'answered' });
  });

  it.each<[string, PostOutcome]>([
    ['a redirect', answered(302)],
    ['a refusal', answered(404)],
    ['no answer', { kind: 'unanswered', reason: 'ECONNRESET', sent: true }],
    ['a forbidden address', { kind: 'forbidden', reason: 'loopback' }],
  ])('goes on after %s', (_what, outcome) => {
    expect(judge(1, outcome, NOW).state.status).toBe('pending');
  });

  it('ends with a 410, and says that the endpoint is gone', () => {
    expect(judge(1, answered(410), NOW)).toEqual({ state: { status: 'failed' }, effect: 'gone' });
  });

  it.each<[string, number, string, number]>([
    ['longer than the ladder', 429, '60', 60_000],
    ['shorter than the ladder', 503, '1', 5_000],
    ['a date', 503, new Date(NOW + 90_000).toUTCString(), 90_000],
    ['a date that has passed', 503, new Date(NOW - 90_000).toUTCString(), 5_000],
    ['longer than a day', 503, '99999999999', LONGEST_RETRY_AFTER_MS],
    ['nonsense', 429, 'soon', 5_000],
    ['on a status where it means something else', 500, '60', 5_000],
  ])('heeds a Retry-After that is %s', (_what, status, retryAfter, delay) => {
    const { state } = judge(1, answered(status, retryAfter), NOW);
    expect(state).toEqual({ status: 'pending', dueAt: NOW + delay });
  });
});

describe('the health of an endpoint', () => {
  const well = { status: { is: 'enabled' }, failingSince: undefined } as const;

  it('remembers its first failure and forgets it with an answer', () => {
    const failing = healthAfter(healthAfter(well, 'failed', NOW), 'failed', NOW + 5);
    expect(failing).toEqual({ status: { is: 'enabled' }, failingSince: NOW });
    expect(healthAfter(failing, 'answered', NOW + 9)).toEqual(well);
  });

  it('is disabled at once when it is gone', () => {
    expect(healthAfter(well, 'gone', NOW).status).toEqual({ is: 'disabled', reason: 'gone_410', at: NOW });
  });

  it('is disabled when a message is used up after five days without an answer, and not before', () => {
    const failing = { ...well, failingSince: NOW };
    const late = NOW + FAILING_FOR_MS;
    expect(healthAfter(failing, 'exhausted', late - 1).status).toEqual({ is: 'enabled' });
    expect(healthAfter(failing, 'failed', late).status).toEqual({ is: 'enabled' });
    expect(healthAfter(failing, 'exhausted', late).status).toEqual({
      is: 'disabled',
      reason: 'failing',
      at: late,
    });
  });

  it('keeps the reason for which it was disabled first', () => {
    const off = { is: 'disabled', reason: 'operator', at: NOW } as const;
    expect(healthAfter({ status: off, failingSince: undefined }, 'gone', NOW + 1).status).toEqual(off);
  });
});

describe('the secrets of an endpoint', () => {
  const first: WebhookSecret = { key: 'whsec_1', createdAt: NOW };

  it('sign both for a day after a rotation, the newest first', () => {
    const secrets = rotated([first], 'whsec_2', NOW);
    expect(signingKeys(secrets, NOW + FORMER_SECRET_MS - 1)).toEqual(['whsec_2', 'whsec_1']);
    expect(signingKeys(secrets, NOW + FORMER_SECRET_MS)).toEqual(['whsec_2']);
  });

  it('are forgotten when they have expired, and are never many', () => {
    const later = rotated(rotated([first], 'whsec_2', NOW), 'whsec_3', NOW + FORMER_SECRET_MS);
    expect(later.map(({ key }) => key)).toEqual(['whsec_3', 'whsec_2']);
    let many: readonly WebhookSecret[] = [first];
    for (let n = 0; n < 50; n++) many = rotated(many, `whsec_${n}`, NOW + n);
    expect(many.length).toBeLessThanOrEqual(5);
    expect(many[0]?.key).toBe('whsec_49');
  });
});

describe('the filter of an endpoint', () => {
  it('takes what it names, or everything', () => {
    expect(wants('*', 'a.b')).toBe(true);
    expect(wants(['a.b', 'c.d'], 'c.d')).toBe(true);
    expect(wants(['a.b'], 'a')).toBe(false);
  });
});
