import { describe, expect, it } from '@jest/globals';
import { classifyResend } from './classify-resend.js';

const NOW = Date.UTC(2026, 0, 5, 9);
const MIDNIGHT = Date.UTC(2026, 0, 6);

type Row = readonly [status: number, name: string | undefined, outcome: object];

const refusals: readonly Row[] = [
  [429, 'rate_limit_exceeded', { kind: 'throttled', retryAfterMs: 2000 }],
  [429, 'daily_quota_exceeded', { kind: 'throttled', parkUntil: MIDNIGHT }],
  [429, 'monthly_quota_exceeded', { kind: 'throttled', parkUntil: MIDNIGHT }],
  [429, 'something_new', { kind: 'throttled', retryAfterMs: 2000 }],
  [429, undefined, { kind: 'throttled', retryAfterMs: 2000 }],

  [401, 'missing_api_key', { kind: 'misconfigured' }],
  [401, 'restricted_api_key', { kind: 'misconfigured' }],
  [403, 'invalid_api_key', { kind: 'misconfigured' }],
  [403, 'validation_error', { kind: 'misconfigured' }],
  [422, 'invalid_from_address', { kind: 'misconfigured' }],
  [422, 'invalid_access', { kind: 'misconfigured' }],
  [451, 'security_error', { kind: 'misconfigured' }],
  [404, 'not_found', { kind: 'misconfigured' }],
  [405, 'method_not_allowed', { kind: 'misconfigured' }],
  [403, undefined, { kind: 'misconfigured' }],

  [400, 'validation_error', { kind: 'rejected' }],
  [422, 'validation_error', { kind: 'rejected' }],
  [422, 'invalid_parameter', { kind: 'rejected' }],
  [422, 'missing_required_field', { kind: 'rejected' }],
  [422, 'invalid_attachment', { kind: 'rejected' }],
  [400, 'invalid_idempotency_key', { kind: 'rejected' }],

  [409, 'concurrent_idempotent_requests', { kind: 'unknown' }],
  [409, 'invalid_idempotent_request', { kind: 'unknown' }],
  [500, 'application_error', { kind: 'unknown' }],
  [500, 'internal_server_error', { kind: 'unknown' }],
  [502, undefined, { kind: 'unknown' }],
  [504, undefined, { kind: 'unknown' }],
  [202, undefined, { kind: 'unknown' }],

  [503, undefined, { kind: 'unavailable' }],
  [503, 'application_error', { kind: 'unavailable' }],
  [400, undefined, { kind: 'unavailable' }],
  [302, undefined, { kind: 'unavailable' }],
];

describe('what a refusal by Resend means for the only message of a call', () => {
  it.each(refusals)('%i %s', (status, name, outcome) => {
    const refusal = { status, name, message: 'words', retryAfterMs: 2000 };
    const reason = name === undefined ? `HTTP ${status}` : `${name}: words`;
    expect(classifyResend(refusal, true, NOW)).toEqual({ reason, ...outcome });
  });

  it('is to wait for as long as the rate limit says, or for no time in particular', () => {
    const refusal = { status: 429, name: 'rate_limit_exceeded', message: '', retryAfterMs: undefined };
    expect(classifyResend(refusal, true, NOW)).not.toHaveProperty('retryAfterMs');
  });
});

describe('what a refusal of a whole batch means', () => {
  it.each(refusals)('%i %s', (status, name, outcome) => {
    const kind =
      'kind' in outcome && outcome.kind === 'rejected' ? 'unavailable' : (outcome as { kind: string }).kind;
    expect(classifyResend({ status, name, message: '', retryAfterMs: 2000 }, false, NOW).kind).toBe(kind);
  });
});
