import type { WireError } from '../frames.js';

/** Refusals that say nothing of what was asked: the same may be taken later. */
const PASSING = new Set([
  'rate_limited',
  'unauthenticated',
  'storage_full',
  'storage_unavailable',
  'moderation_unavailable',
  'shutting_down',
  'internal_error',
]);

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

export function isPassing({ code }: WireError): boolean {
  return PASSING.has(code);
}

export function retryInMs({ retryAfterMs }: Pick<WireError, 'retryAfterMs'>, tries: number): number {
  return Math.max(retryAfterMs ?? 0, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(tries, 20)));
}
