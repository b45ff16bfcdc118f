import type { Invocation } from './invocation.js';

/** Analysts are not worth an invocation that is not answered in time. */
const MOST_MS = 3_000;
const ANSWER_MS = 500;

/** How long an invocation that is done waits for its events to be taken: frozen with them it may never send them. */
export function flushMs(invocation: Invocation): number {
  return Math.min(MOST_MS, Math.max(0, invocation.getRemainingTimeInMillis() - ANSWER_MS));
}
