/** Where a fake reads the time and waits. Milliseconds everywhere, `now()` since the Unix epoch. */
export interface FakeClock {
  now(): number;
  wait(ms: number): Promise<void>;
}

export const wallClock: FakeClock = {
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** A clock that stands still until a test moves it: a two second outage costs a test no seconds. */
export class DrivenClock implements FakeClock {
  #now: number;
  #sleepers: { until: number; wake: () => void }[] = [];
  #watchers: { count: number; tell: () => void }[] = [];

  constructor(start = Date.UTC(2026, 0, 5, 9)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  wait(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ until: this.#now + ms, wake });
      this.#watchers = this.#watchers.filter(({ count, tell }) => {
        if (this.#sleepers.length < count) return true;
        tell();
        return false;
      });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter((sleeper) => sleeper.until <= this.#now);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.until > this.#now);
    due.sort((a, b) => a.until - b.until).forEach((sleeper) => sleeper.wake());
  }

  /** Resolves once `count` callers wait, so that a test knows its request has reached the slow part. */
  waiting(count: number): Promise<void> {
    if (this.#sleepers.length >= count) return Promise.resolve();
    return new Promise((tell) => this.#watchers.push({ count, tell }));
  }
}
