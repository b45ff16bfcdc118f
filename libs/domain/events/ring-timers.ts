import { LookAgain } from '#domain/kernel/look-again.js';
import type { Timer, Timers } from '#ports/events/timers.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Randomness } from '#ports/system/randomness.js';
import { backoffMs } from './backoff.js';

/** What is done when a timer of its kind rings. It may ring again for the same key: do it so that this changes nothing. */
export type Ring = (key: string, at: number) => Promise<void>;

interface Delayed {
  readonly failures: number;
  readonly retryAt: number;
}

/** Timers looked at in one go. */
const AT_ONCE = 100;
/** We look this often at least: another process may have set a timer, or somebody the clock (ms). */
const LOOK_EVERY_MS = 15_000;
const BEHIND_FAILING_MS = 1000;

/**
 * Rings every timer that has come due, the earliest first, and crosses it off when its handler is done. One that fails
 * is rung again, later and later, while the others go ahead. A timer set for a moment at which we did not run rings when
 * we run again.
 */
export class RingTimers {
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  readonly #log: Log;
  readonly #rings = new Map<string, Ring>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #looker: LookAgain;

  constructor(timers: Timers, clock: Clock, randomness: Randomness, log: Log) {
    this.#timers = timers;
    this.#clock = clock;
    this.#randomness = randomness;
    this.#log = log;
    this.#looker = new LookAgain(
      clock,
      async () => ((await this.#ringPage()) ? 'again' : this.#restMs(await timers.next())),
      (error) => {
        log.error('timers.unreadable', { error });
        return this.#restMs(undefined);
      },
    );
  }

  on(kind: string, ring: Ring): void {
    if (this.#looker.state !== 'new') throw new Error('Handlers are registered before the timers start.');
    if (this.#rings.has(kind)) throw new Error(`Timers of kind ${kind} have a handler already.`);
    this.#rings.set(kind, ring);
  }

  start(): void {
    this.#looker.start((call) => this.#timers.onSet(call));
  }

  /** Finishes the ring under way, and rings no more. */
  stop(): Promise<void> {
    return this.#looker.stop();
  }

  /** Answers whether there may be more to ring right away. */
  async #ringPage(): Promise<boolean> {
    const limit = AT_ONCE + this.#delayed.size;
    const due = await this.#timers.due(this.#clock.now(), limit);
    let tried = 0;
    for (const timer of due) {
      if (!this.#looker.running) break;
      if ((this.#delayed.get(nameOf(timer))?.retryAt ?? 0) > this.#clock.monotonic()) continue;
      await this.#ring(timer);
      tried += 1;
    }
    const complete = due.length < limit;
    if (complete) this.#forgetAllBut(due);
    return !complete && tried > 0;
  }

  async #ring(timer: Timer): Promise<void> {
    const name = nameOf(timer);
    const failures = (this.#delayed.get(name)?.failures ?? 0) + 1;
    try {
      const ring = this.#rings.get(timer.kind);
      if (!ring) throw new Error(`No handler for timers of kind ${timer.kind}.`);
      await ring(timer.key, timer.at);
      await this.#timers.done(timer);
      this.#delayed.delete(name);
    } catch (error) {
      this.#log.error('timers.handler_failed', { kind: timer.kind, key: timer.key, failures, error });
      this.#delayed.set(name, {
        failures,
        retryAt: this.#clock.monotonic() + backoffMs(failures, this.#randomness),
      });
    }
  }

  /** A timer that failed and was cancelled or moved since needs no place in our memory. */
  #forgetAllBut(due: readonly Timer[]): void {
    if (this.#delayed.size === 0) return;
    const names = new Set(due.map(nameOf));
    for (const name of this.#delayed.keys()) if (!names.has(name)) this.#delayed.delete(name);
  }

  /** @param next when the earliest timer is due, which may be past if its handler failed */
  #restMs(next: number | undefined): number {
    const retries = [...this.#delayed.values()].map(({ retryAt }) => retryAt - this.#clock.monotonic());
    const wait = next === undefined ? LOOK_EVERY_MS : next - this.#clock.now();
    // The earliest is past due and failing: it hides when the one behind it is due, so that is looked for often.
    return Math.min(LOOK_EVERY_MS, wait > 0 ? wait : BEHIND_FAILING_MS, ...retries);
  }
}

/** One that was moved is another. */
function nameOf({ kind, key, at }: Timer): string {
  return `${kind}\u0000${key}\u0000${at}`;
}
