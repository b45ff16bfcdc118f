/**
 * A token bucket: in any window of w seconds at most `burst + rate * w` tokens are drawn. Pure; times are
 * monotonic milliseconds. A new bucket is empty, because nobody knows what was drawn just before a restart.
 */
export interface RateBudget {
  /** Tokens a second; Infinity when nothing limits. */
  readonly rate: number;
  readonly burst: number;
  readonly tokens: number;
  readonly at: number;
}

export function emptyBudget(rate: number, burst: number, at: number): RateBudget {
  return { rate, burst, tokens: Number.isFinite(rate) ? 0 : Infinity, at };
}

export function refill(budget: RateBudget, now: number): RateBudget {
  if (!Number.isFinite(budget.rate)) return { ...budget, tokens: Infinity, at: Math.max(now, budget.at) };
  const elapsed = Math.max(0, now - budget.at);
  return {
    ...budget,
    tokens: Math.min(budget.burst, budget.tokens + (elapsed * budget.rate) / 1000),
    at: Math.max(now, budget.at),
  };
}

/** Draws up to `want` whole tokens, leaving `reserve` for those with a better claim. */
export function draw(
  budget: RateBudget,
  want: number,
  reserve: number,
  now: number,
): { budget: RateBudget; drawn: number } {
  const full = refill(budget, now);
  const drawn = Math.max(0, Math.min(want, Math.floor(full.tokens - reserve)));
  return { budget: { ...full, tokens: full.tokens - drawn }, drawn };
}

/**
 * Takes `count` tokens, whether they are there or not: for what can't be made smaller. What is lacking is owed, and
 * nobody draws until it is paid.
 */
export function spend(budget: RateBudget, count: number, now: number): RateBudget {
  const full = refill(budget, now);
  return { ...full, tokens: full.tokens - count };
}

/** Milliseconds until `want` tokens above `reserve` are there. */
export function waitFor(budget: RateBudget, want: number, reserve: number, now: number): number {
  const full = refill(budget, now);
  const lacking = Math.min(want, full.burst - reserve) + reserve - full.tokens;
  return lacking <= 0 ? 0 : Math.ceil((lacking * 1000) / full.rate);
}

export function withRate(budget: RateBudget, rate: number, burst: number, now: number): RateBudget {
  const full = refill(budget, now);
  return { rate, burst, tokens: Math.min(full.tokens, burst), at: full.at };
}
