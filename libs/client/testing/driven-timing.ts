import type { Timing } from '../timing.js';

/** Time that only a test moves. */
export class DrivenTiming implements Timing {
  #now = 1_800_000_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [first] = this.#timers.sort((one, other) => one.at - other.at);
      if (!first || first.at > until) break;
      this.#timers.shift();
      this.#now = first.at;
      first.run();
    }
    this.#now = until;
  }
}
