import type { Instant } from '#domain/kernel/brand.js';
import { isSuccess, type PostOutcome } from './post-outcome.js';
import type { EndpointEffect } from './webhook-endpoint.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * How long after the attempt before it each attempt is due: a little over three days in all. Without jitter: an endpoint
 * has only a few posts under way at once, so a crowd that failed together does not come back together.
 */
export const RETRY_LADDER_MS: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** No endpoint may put us off for longer in one go than the ladder itself would. */
export const LONGEST_RETRY_AFTER_MS = 24 * HOUR_MS;

/** What becomes of a message at one endpoint. */
export type DeliveryState =
  | { readonly status: 'pending'; readonly dueAt: Instant }
  | { readonly status: 'delivered' }
  /** Attempts used up, or the endpoint is gone. A replay makes it pending again. */
  | { readonly status: 'failed' };

export interface Judgement {
  readonly state: DeliveryState;
  readonly effect: EndpointEffect;
}

/** @param attempts made so far, this one included */
export function judge(attempts: number, outcome: PostOutcome, now: Instant): Judgement {
  if (isSuccess(outcome)) return { state: { status: 'delivered' }, effect: 'answered' };
  if (outcome.kind === 'answered' && outcome.status === 410)
    return { state: { status: 'failed' }, effect: 'gone' };
  const rung = RETRY_LADDER_MS[attempts];
  if (rung === undefined) return { state: { status: 'failed' }, effect: 'exhausted' };
  const dueAt = now + Math.max(rung, askedToWaitMs(outcome, now));
  return { state: { status: 'pending', dueAt }, effect: 'failed' };
}

/** `Retry-After` counts on 429 and 503 (RFC 9110, 10.2.3; RFC 6585, 4), as seconds or as a date. */
function askedToWaitMs(outcome: PostOutcome, now: Instant): number {
  if (outcome.kind !== 'answered' || outcome.retryAfter === undefined) return 0;
  if (outcome.status !== 429 && outcome.status !== 503) return 0;
  const text = outcome.retryAfter.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - now;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}
