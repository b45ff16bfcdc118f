import type { Instant } from '#domain/kernel/brand.js';

/**
 * A circuit breaker per provider account. Pure: `(state, what happened, now) -> state`.
 *
 * It opens when at least half of at least `minCalls` calls in the window failed, when `consecutive` calls failed
 * with no success between (a provider that hangs costs a whole batch of unknowns a call: waiting for twenty of
 * them would be too dear), or at once on misconfiguration. After `openMs` (doubling at each reopening, jittered) it
 * lets a few probes through; they close it or open it again. A misconfigured one lets none through until reset.
 */
export type Breaker =
  | { readonly state: 'closed'; readonly calls: readonly Call[]; readonly reopenings: 0 }
  | { readonly state: 'open'; readonly since: Instant; readonly until: Instant; readonly reopenings: number }
  | {
      readonly state: 'half-open';
      readonly since: Instant;
      readonly probes: number;
      readonly passed: number;
      readonly reopenings: number;
    }
  | {
      readonly state: 'misconfigured';
      readonly since: Instant;
      readonly reason: string;
      readonly reopenings: 0;
    };

interface Call {
  readonly at: Instant;
  readonly failed: boolean;
}

export interface BreakerRules {
  readonly windowMs: number;
  readonly minCalls: number;
  /** 0..1 */
  readonly failureRate: number;
  readonly consecutive: number;
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** Probes let through while half-open; as many must pass before it closes. */
  readonly probes: number;
}

export const defaultBreakerRules: BreakerRules = {
  windowMs: 10_000,
  minCalls: 20,
  failureRate: 0.5,
  consecutive: 5,
  openMs: 1_000,
  maxOpenMs: 60_000,
  probes: 2,
};

export const closedBreaker: Breaker = { state: 'closed', calls: [], reopenings: 0 };

export type CallResult =
  | { readonly kind: 'success' | 'failure' | 'neutral' }
  | { readonly kind: 'misconfigured'; readonly reason: string };

/** May a call start now? `probe` calls are as small as can be; the returned breaker has it counted. */
export function admit(
  breaker: Breaker,
  rules: BreakerRules,
  now: Instant,
): { breaker: Breaker; admitted: 'yes' | 'probe' | 'no' } {
  switch (breaker.state) {
    case 'closed':
      return { breaker, admitted: 'yes' };
    case 'misconfigured':
      return { breaker, admitted: 'no' };
    case 'open': {
      if (now < breaker.until) return { breaker, admitted: 'no' };
      const { reopenings } = breaker;
      return {
        breaker: { state: 'half-open', since: now, probes: 1, passed: 0, reopenings },
        admitted: 'probe',
      };
    }
    case 'half-open':
      if (breaker.probes >= rules.probes) return { breaker, admitted: 'no' };
      return { breaker: { ...breaker, probes: breaker.probes + 1 }, admitted: 'probe' };
  }
}

/**
 * @param jitter 0 <= x < 1, from the Randomness port
 * @param probe whether the call was let through as a probe: while half-open the late answers of others prove nothing
 */
export function record(
  breaker: Breaker,
  rules: BreakerRules,
  result: CallResult,
  now: Instant,
  jitter: number,
  probe = true,
): Breaker {
  if (result.kind === 'misconfigured')
    return { state: 'misconfigured', since: now, reason: result.reason, reopenings: 0 };
  switch (breaker.state) {
    case 'misconfigured':
    case 'open':
      // An answer to a call that began before it opened tells nothing new.
      return breaker;
    case 'half-open':
      if (!probe) return breaker;
      return recordProbe(breaker, rules, result.kind, now, jitter);
    case 'closed':
      return recordCall(breaker.calls, rules, result.kind, now, jitter);
  }
}

/**
 * Another worker's breaker for the same account has opened: this one passes the provider over as well, for no longer
 * than `forMs` or the longest opening there is, then sees for itself. Only a closed one has anything to learn from that.
 */
export function heardOpen(breaker: Breaker, rules: BreakerRules, forMs: number, now: Instant): Breaker {
  if (breaker.state !== 'closed') return breaker;
  const until = now + Math.max(0, Math.min(forMs, rules.maxOpenMs));
  return { state: 'open', since: now, until, reopenings: 0 };
}

/** Another worker's probes have passed: no need to wait any longer with one's own. */
export function heardClosed(breaker: Breaker, now: Instant): Breaker {
  return breaker.state === 'open' ? { ...breaker, until: Math.min(breaker.until, now) } : breaker;
}

function recordProbe(
  breaker: Extract<Breaker, { state: 'half-open' }>,
  rules: BreakerRules,
  kind: 'success' | 'failure' | 'neutral',
  now: Instant,
  jitter: number,
): Breaker {
  if (kind === 'failure') return open(rules, now, breaker.reopenings + 1, jitter);
  // A throttled probe proves nothing: its place is given back.
  if (kind === 'neutral') return { ...breaker, probes: Math.max(0, breaker.probes - 1) };
  const passed = breaker.passed + 1;
  return passed >= rules.probes ? closedBreaker : { ...breaker, passed };
}

function recordCall(
  calls: readonly Call[],
  rules: BreakerRules,
  kind: 'success' | 'failure' | 'neutral',
  now: Instant,
  jitter: number,
): Breaker {
  if (kind === 'neutral') return { state: 'closed', calls, reopenings: 0 };
  const all = [...calls, { at: now, failed: kind === 'failure' }].slice(-(4 * rules.minCalls));
  const recent = all.filter((call) => call.at > now - rules.windowMs);
  const failures = recent.filter((call) => call.failed).length;
  const rate = recent.length >= rules.minCalls && failures / recent.length >= rules.failureRate;
  const run = all.length >= rules.consecutive && all.slice(-rules.consecutive).every((call) => call.failed);
  return rate || run ? open(rules, now, 0, jitter) : { state: 'closed', calls: all, reopenings: 0 };
}

function open(rules: BreakerRules, now: Instant, reopenings: number, jitter: number): Breaker {
  const delay = Math.min(rules.maxOpenMs, rules.openMs * 2 ** reopenings);
  return { state: 'open', since: now, until: now + delay * (0.5 + jitter / 2), reopenings };
}
