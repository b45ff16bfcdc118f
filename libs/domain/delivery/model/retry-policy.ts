import type { Instant } from '#domain/kernel/brand.js';
import type { UnknownPolicy } from './dispatch.js';
import type { Outcome } from './outcome.js';

/** What the ledger does with a message after a call. */
export type Verdict =
  | { readonly to: 'accepted'; readonly providerMessageId: string }
  | { readonly to: 'failed'; readonly reason: string; readonly hardBounce: boolean }
  | { readonly to: 'dead'; readonly reason: string }
  | { readonly to: 'unknown'; readonly reason: string }
  /** Back to pending. `elsewhere`: another provider may take it now; otherwise not before `dueAt`. */
  | {
      readonly to: 'pending';
      readonly reason: string;
      readonly spent: boolean;
      readonly elsewhere: boolean;
      readonly dueAt: Instant;
      /** The call may have been taken: its attempt is listed as unknown for ever. */
      readonly inDoubt?: true;
    };

export interface RetryRules {
  /** Provider calls a message may spend; throttled ones are free. */
  readonly maxAttempts: number;
  readonly baseMs: number;
  readonly capMs: number;
}

export const defaultRetryRules: RetryRules = { maxAttempts: 8, baseMs: 1_000, capMs: 300_000 };

export interface Circumstances {
  /** Calls spent before this one. */
  readonly attempts: number;
  readonly now: Instant;
  readonly giveUpAt: Instant;
  readonly unknownPolicy: UnknownPolicy;
  /** 0 <= x < 1 */
  readonly jitter: number;
}

/** Full jitter: `rand(0, min(cap, base * 2^n))` (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
export function backoff(rules: RetryRules, attempts: number, jitter: number): number {
  return Math.floor(jitter * Math.min(rules.capMs, rules.baseMs * 2 ** attempts));
}

/** The one place that decides what follows from an outcome. */
export function judge(outcome: Outcome, rules: RetryRules, c: Circumstances): Verdict {
  switch (outcome.kind) {
    case 'accepted':
      return { to: 'accepted', providerMessageId: outcome.providerMessageId };
    case 'rejected':
      return { to: 'failed', reason: outcome.reason, hardBounce: outcome.hardBounce ?? false };
    case 'throttled': {
      const wait = outcome.retryAfterMs ?? backoff(rules, 0, c.jitter);
      const elsewhere = outcome.domain === undefined && outcome.retryAfterMs !== 0;
      return again(outcome.reason, c, { spent: false, elsewhere, dueAt: c.now + wait });
    }
    case 'unavailable':
    case 'misconfigured':
      if (c.attempts + 1 >= rules.maxAttempts)
        return { to: 'dead', reason: `attempts used up: ${outcome.reason}` };
      return again(outcome.reason, c, {
        spent: true,
        elsewhere: true,
        dueAt: c.now + backoff(rules, c.attempts, c.jitter),
      });
    case 'unknown':
      if (c.unknownPolicy === 'park') return { to: 'unknown', reason: outcome.reason };
      // Never dead: an operator's retry of a dead message must not be a second copy that nobody listed.
      if (c.attempts + 1 >= rules.maxAttempts || c.now >= c.giveUpAt)
        return { to: 'unknown', reason: outcome.reason };
      return {
        to: 'pending',
        reason: outcome.reason,
        spent: true,
        elsewhere: true,
        dueAt: c.now + backoff(rules, c.attempts, c.jitter),
        inDoubt: true,
      };
  }
}

function again(
  reason: string,
  c: Circumstances,
  how: { spent: boolean; elsewhere: boolean; dueAt: Instant },
): Verdict {
  if (c.now >= c.giveUpAt) return { to: 'dead', reason: `time used up: ${reason}` };
  return { to: 'pending', reason, ...how };
}
