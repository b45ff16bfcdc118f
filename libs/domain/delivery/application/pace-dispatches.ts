import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import { draw, emptyBudget, type RateBudget, waitFor } from '#domain/delivery/model/rate-budget.js';
import type { Clock } from '#ports/system/clock.js';

/** Holding a parcel this long for its dispatch's rate is cheaper than putting it back. */
const HOLD_MS = 3_000;

export type Paced =
  { readonly kind: 'go'; readonly count: number } | { readonly kind: 'later'; readonly dueAt: number };

/** Keeps every dispatch within the rate its owner asked for: never more than burst + rate x time, in any window. */
export class DispatchPacer {
  readonly #clock: Clock;
  readonly #budgets = new Map<DispatchId, { budget: RateBudget; nextSlot: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Draws for up to `want` messages, waiting a little if need be. */
  async draw(dispatch: Dispatch, want: number): Promise<Paced> {
    const rate = dispatch.ratePerSecond;
    if (rate === undefined) return { kind: 'go', count: want };
    const entry = this.#entryOf(dispatch.id, rate);
    for (;;) {
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
  #later(entry: { nextSlot: number }, want: number, rate: number): Paced {
    const dueAt = Math.max(entry.nextSlot, this.#clock.now());
    entry.nextSlot = dueAt + (want * 1000) / rate;
    return { kind: 'later', dueAt: Math.ceil(dueAt) };
  }

  #entryOf(id: DispatchId, rate: number): { budget: RateBudget; nextSlot: number } {
    let entry = this.#budgets.get(id);
    if (!entry) {
      entry = { budget: emptyBudget(rate, Math.max(1, rate), this.#clock.monotonic()), nextSlot: 0 };
      if (this.#budgets.size > 1000) this.#budgets.clear();
      this.#budgets.set(id, entry);
    }
    return entry;
  }
}
