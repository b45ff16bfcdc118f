import type { Instant } from '#domain/kernel/brand.js';
import type { Clock } from '#ports/system/clock.js';

/** Node turns a longer timeout into one of a millisecond. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export class SystemClock implements Clock {
  now(): Instant {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(ms: number, wake: () => void): () => void {
    const due = this.monotonic() + ms;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = Math.ceil(Math.max(0, due - this.monotonic()));
      timer = setTimeout(
        () => {
          // A timer may fire a fraction of a millisecond early; the port promises that we don't.
          if (this.monotonic() < due) arm();
          else wake();
        },
        Math.min(left, LONGEST_TIMEOUT_MS),
      );
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  }
}
