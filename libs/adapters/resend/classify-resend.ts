import type { Outcome, OutcomeKind } from '#domain/delivery/model/outcome.js';
import type { Instant } from '#domain/kernel/brand.js';
import { nextUtcMidnight, outcomeOfStatus, throttled } from '#adapters/http/outcome-of-answer.js';

type Rule = OutcomeKind | 'parked' | ((status: number) => OutcomeKind);

/**
 * By the `name` of Resend's error, https://resend.com/docs/api-reference/errors. What is not here goes by its status,
 * as does every 5xx: `application_error`, `internal_server_error` and what gateways say.
 */
const resendErrors: Readonly<Record<string, Rule>> = {
  rate_limit_exceeded: 'throttled',
  daily_quota_exceeded: 'parked',
  monthly_quota_exceeded: 'parked',

  missing_api_key: 'misconfigured',
  restricted_api_key: 'misconfigured',
  invalid_api_key: 'misconfigured',
  invalid_from_address: 'misconfigured',
  invalid_access: 'misconfigured',
  invalid_region: 'misconfigured',
  security_error: 'misconfigured',
  not_found: 'misconfigured',
  method_not_allowed: 'misconfigured',
  // 403: our domain is not verified, or the account may write to its owner only.
  validation_error: (status) => (status === 403 ? 'misconfigured' : 'rejected'),

  invalid_parameter: 'rejected',
  missing_required_field: 'rejected',
  invalid_attachment: 'rejected',
  invalid_idempotency_key: 'rejected',

  // Both say that a call with this key was made before, and neither says what became of it: it may have been taken.
  // The first passes when that call is through; the second is a bug of ours (the same key for other bytes). Anything
  // but `unknown` would let the messages go out again, by another provider or under another key.
  concurrent_idempotent_requests: 'unknown',
  invalid_idempotent_request: 'unknown',
};

export interface ResendRefusal {
  readonly status: number;
  /** Undefined if the body was not Resend's. */
  readonly name: string | undefined;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

/** @param alone false if the call held several messages, so that its refusal says nothing about any one of them */
export function classifyResend(refusal: ResendRefusal, alone: boolean, now: Instant): Outcome {
  const { status, name, message, retryAfterMs } = refusal;
  const rule = name === undefined ? undefined : resendErrors[name];
  const reason = name === undefined ? `HTTP ${status}` : `${name}: ${message}`;
  if (rule === undefined || status >= 500) return outcomeOfStatus(status, reason, retryAfterMs);
  const kind = typeof rule === 'function' ? rule(status) : rule;
  switch (kind) {
    case 'parked':
      // The daily quota begins afresh at midnight UTC. When the monthly one does depends on the plan: it is tried daily.
      return { kind: 'throttled', reason, parkUntil: nextUtcMidnight(now) };
    case 'throttled':
      return throttled(reason, retryAfterMs);
    case 'rejected':
      return { kind: alone ? 'rejected' : 'unavailable', reason };
    case 'accepted':
      return { kind: 'unknown', reason };
    default:
      return { kind, reason };
  }
}
