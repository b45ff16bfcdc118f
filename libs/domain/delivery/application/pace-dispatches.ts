import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import { draw, emptyBudget, type RateBudget, waitFor, withRate } from '#domain/delivery/model/rate-budget.js';
import { partOf } from '#domain/delivery/model/rate-share.js';
import type { Clock } from '#ports/system/clock.js';
import { alone, type Shares } from './company.js';

/** Holding a parcel this long for its dispatch's rate is cheaper than putting it back. */
const HOLD_MS = 3_000;
/** Other workers have all of its rate: whoever takes the parcel up then may be one of them. */
const ELSEWHERE_MS = 500;

export type Paced =
  { readonly kind: 'go'; readonly count: number } | { readonly kind: 'later'; readonly dueAt: number };

interface Pace {
  readonly rate: number;
  budget: RateBudget;
  nextSlot: number;
}

/** Keeps every dispatch within the rate its owner asked for: never more than burst + rate x time, in any window. */
export class DispatchPacer {
  readonly #clock: Clock;
  readonly #shares: Shares;
  readonly #budgets = new Map<DispatchId, Pace>();
  #share;

  constructor(clock: Clock, shares: Shares = alone.shares) {
    this.#clock = clock;
    this.#shares = shares;
    this.#share = shares.share();
    shares.onChanged(() => this.#adoptShare());
  }

  /** Draws for up to `want` messages, waiting a little if need be. */
  async draw(dispatch: Dispatch, want: number): Promise<Paced> {
    if (dispatch.ratePerSecond === undefined) return { kind: 'go', count: want };
    const entry = this.#entryOf(dispatch.id, dispatch.ratePerSecond);
    for (;;) {
      this.#adoptShare();
      const { rate } = entry.budget;
      if (rate === 0) return { kind: 'later', dueAt: this.#clock.now() + ELSEWHERE_MS };
      const mono = this.#clock.monotonic();
      const { budget, drawn } = draw(entry.budget, want, 0, mono);
      entry.budget = budget;
      if (drawn > 0) return { kind: 'go', count: drawn };
      const wait = waitFor(entry.budget, Math.min(want, Math.ceil(rate / 4)), 0, mono);
      if (wait > HOLD_MS || entry.nextSlot > this.#clock.now()) return this.#later(entry, want, rate);
      await new Promise<void>((resolve) => this.#clock.after(Math.max(1, wait), resolve));
    }
  }

  /** What was drawn and not used after all. */
  giveBack(dispatch: Dispatch, count: number): void {
    const entry = this.#budgets.get(dispatch.id);
    if (!entry || !Number.isFinite(entry.budget.rate)) return;
    entry.budget = { ...entry.budget, tokens: Math.min(entry.budget.burst, entry.budget.tokens + count) };
  }

  /** Put-back parcels get their own places in time, or they would all come again at once. */
  #later(entry: Pace, want: number, rate: number): Paced {
    const dueAt = Math.max(entry.nextSlot, this.#clock.now());
    entry.nextSlot = dueAt + (want * 1000) / rate;
    return { kind: 'later', dueAt: Math.ceil(dueAt) };
  }

  /** Workers have come or gone: how much of each rate is ours from now on. */
  #adoptShare(): void {
    const share = this.#shares.share();
    if (share === this.#share) return;
    this.#share = share;
    for (const entry of this.#budgets.values()) {
      const { rate, burst } = this.#partOf(entry.rate);
      entry.budget = withRate(entry.budget, rate, burst, this.#clock.monotonic());
    }
  }

  #partOf(rate: number): { readonly rate: number; readonly burst: number } {
    return partOf({ rate, burst: Math.max(1, rate) }, this.#share);
  }

  #entryOf(id: DispatchId, whole: number): Pace {
    let entry = this.#budgets.get(id);
    if (!entry) {
      const { rate, burst } = this.#partOf(whole);
      entry = { rate: whole, budget: emptyBudget(rate, burst, this.#clock.monotonic()), nextSlot: 0 };
      if (this.#budgets.size > 1000) this.#budgets.clear();
      this.#budgets.set(id, entry);
    }
    return entry;
  }
}
