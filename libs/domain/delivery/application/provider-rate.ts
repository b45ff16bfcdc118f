import {
  emptyBudget,
  type RateBudget,
  refill,
  spend,
  waitFor,
  withRate,
} from '#domain/delivery/model/rate-budget.js';
import { partOf, type Share } from '#domain/delivery/model/rate-share.js';

/** Share of tokens that only the critical lane may use. */
const CRITICAL_RESERVE = 0.1;
/** After a throttling answer the rate is halved, and grows back by this share of the full rate a second. */
const RECOVERY_PER_SECOND = 0.05;
/** Several calls of one moment are one piece of news. */
const ONE_THROTTLE_MS = 1000;

export interface RateLimit {
  /** What the provider's `rateUnit` counts, a second; undefined: unlimited until it throttles us. */
  readonly ratePerSecond?: number;
  readonly burst?: number;
}

/** How fast this worker may use a provider: its part of what the account allows, less while it throttles. Times are monotonic. */
export class ProviderRate {
  readonly #limit: RateLimit;
  /** The account's, of all workers together. */
  #whole: number;
  #share: Share | undefined;
  /** Our part of it when nothing slows us down. */
  #full: { readonly rate: number; readonly burst: number };
  #budget: RateBudget;
  #lastThrottle = -Infinity;

  constructor(limit: RateLimit, share: Share | undefined, mono: number) {
    this.#limit = limit;
    this.#share = share;
    this.#whole = limit.ratePerSecond ?? Infinity;
    this.#full = this.#part();
    this.#budget = emptyBudget(this.#full.rate, this.#full.burst, mono);
  }

  get perSecond(): number {
    return this.#budget.rate;
  }

  get burst(): number {
    return this.#budget.burst;
  }

  /** Others have all of it. */
  get isNone(): boolean {
    return this.#full.rate === 0;
  }

  /** Whole tokens that a lane may draw now, and how long until there is one. */
  available(critical: boolean, mono: number): { readonly tokens: number; readonly waitMs: number } {
    this.#recover(mono);
    const reserve = critical ? 0 : this.#reserve();
    const tokens = Math.floor(refill(this.#budget, mono).tokens - reserve);
    return { tokens, waitMs: tokens >= 1 ? 0 : waitFor(this.#budget, 1, reserve, mono) };
  }

  waitFor(tokens: number, mono: number): number {
    this.#recover(mono);
    return waitFor(this.#budget, tokens, 0, mono);
  }

  spend(tokens: number, mono: number): void {
    this.#budget = spend(this.#budget, tokens, mono);
  }

  /** The provider says that we are too fast. `recentRate` is what we had of it, if nothing limited us so far. */
  slowDown(recentRate: () => number, mono: number): void {
    if (mono - this.#lastThrottle < ONE_THROTTLE_MS) return;
    this.#lastThrottle = mono;
    const current = Number.isFinite(this.#budget.rate) ? this.#budget.rate : recentRate();
    this.#setRate(Math.min(this.#full.rate, Math.max(1, current / 2)), mono);
  }

  /** The provider's own word on how fast the account may be used; configuration wins if it is lower. */
  learn(perSecond: number, mono: number): void {
    this.#whole = Math.min(perSecond, this.#limit.ratePerSecond ?? Infinity);
    this.#full = this.#part();
    if (this.#budget.rate > this.#full.rate) this.#setRate(this.#full.rate, mono);
  }

  /** Workers have come or gone. To be told at once: what flows in until then flows in at the old rate. */
  adopt(share: Share | undefined, mono: number): void {
    if (share === this.#share) return;
    this.#recover(mono);
    const before = this.#full.rate;
    this.#share = share;
    this.#full = this.#part();
    if (!Number.isFinite(this.#full.rate)) return;
    // Who was slowed down stays so by as much; who had no part starts with all of it, and with no tokens.
    this.#setRate(before > 0 ? this.#full.rate * (this.#budget.rate / before) : this.#full.rate, mono);
  }

  #part(): { readonly rate: number; readonly burst: number } {
    const burst = Math.max(1, Math.min(this.#limit.burst ?? Infinity, this.#whole));
    return partOf({ rate: this.#whole, burst }, this.#share);
  }

  #recover(mono: number): void {
    if (this.#budget.rate === this.#full.rate) return;
    const elapsed = (mono - Math.max(this.#lastThrottle, this.#budget.at)) / 1000;
    if (elapsed <= 0) return;
    const limited = Number.isFinite(this.#full.rate);
    const full = limited ? this.#full.rate : this.#budget.rate * 20;
    const rate = this.#budget.rate + full * RECOVERY_PER_SECOND * elapsed;
    const unlimited = !limited && mono - this.#lastThrottle > 30_000;
    this.#setRate(unlimited ? Infinity : Math.min(this.#full.rate, rate), mono);
  }

  #setRate(rate: number, mono: number): void {
    const burst = rate === 0 ? 0 : Math.max(1, Math.min(this.#full.burst, rate));
    this.#budget = withRate(this.#budget, rate, burst, mono);
  }

  #reserve(): number {
    return Number.isFinite(this.#budget.burst) && this.#budget.burst >= 10
      ? this.#budget.burst * CRITICAL_RESERVE
      : 0;
  }
}
