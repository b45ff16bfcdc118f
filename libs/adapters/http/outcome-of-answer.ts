import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { Instant } from '#domain/kernel/brand.js';
import { type HttpAnswer, header } from './http-client.js';

const DAY_MS = 86_400_000;

/** What a request without a usable answer means for the messages in it. */
export function outcomeOfSilence(answer: Exclude<HttpAnswer, { kind: 'answered' }>): Outcome {
  return { kind: answer.kind === 'lost' ? 'unknown' : 'unavailable', reason: answer.reason };
}

/**
 * What a status alone says, where a vendor's own words are missing or not understood. A 4xx or 3xx that is none of the
 * well-known ones says that nothing was taken, and says nothing against the messages: some gateway in between may have
 * spoken, so another provider may have them.
 */
export function outcomeOfStatus(status: number, reason: string, retryAfterMs?: number): Outcome {
  if (status === 429) return throttled(reason, retryAfterMs);
  if (status === 503) return { kind: 'unavailable', reason };
  if (status >= 500 || status === 408 || status < 300) return { kind: 'unknown', reason };
  if (status === 401 || status === 403 || status === 404 || status === 405)
    return { kind: 'misconfigured', reason };
  return { kind: 'unavailable', reason };
}

export function throttled(reason: string, retryAfterMs: number | undefined): Outcome {
  return retryAfterMs === undefined
    ? { kind: 'throttled', reason }
    : { kind: 'throttled', reason, retryAfterMs };
}

/** Milliseconds to wait according to `Retry-After`: seconds or a date (RFC 9110, section 10.2.3). */
export function retryAfterMs(headers: Parameters<typeof header>[0], now: Instant): number | undefined {
  const value = header(headers, 'retry-after');
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds) && value.trim() !== '') return Math.max(0, Math.ceil(seconds * 1000));
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** When the vendors that count per calendar day begin to count afresh. */
export function nextUtcMidnight(now: Instant): Instant {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS;
}
