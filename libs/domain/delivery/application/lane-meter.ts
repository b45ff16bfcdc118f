import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { Clock } from '#ports/system/clock.js';

const WINDOW_SECONDS = 10;

/** Messages accepted by providers, per lane: in all, and a second over the last ten seconds. */
export class LaneMeter {
  readonly #clock: Clock;
  readonly #totals = new Map<Lane, number>();
  readonly #seconds = new Map<Lane, Map<number, number>>(lanes.map((lane) => [lane, new Map()]));

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  accepted(lane: Lane, count: number): void {
    this.#totals.set(lane, this.total(lane) + count);
    const second = Math.floor(this.#clock.monotonic() / 1000);
    const seconds = this.#seconds.get(lane);
    if (!seconds) return;
    seconds.set(second, (seconds.get(second) ?? 0) + count);
    for (const at of seconds.keys()) if (at <= second - WINDOW_SECONDS) seconds.delete(at);
  }

  total(lane: Lane): number {
    return this.#totals.get(lane) ?? 0;
  }

  ratePerSecond(lane: Lane): number {
    const from = this.#clock.monotonic() / 1000 - WINDOW_SECONDS;
    let sum = 0;
    for (const [second, count] of this.#seconds.get(lane) ?? []) if (second > from) sum += count;
    return sum / WINDOW_SECONDS;
  }
}
