import type { Instant } from '#domain/kernel/brand.js';
import type { Fellow, FellowWorkers } from '#ports/delivery/fellow-workers.js';
import type { Clock } from '#ports/system/clock.js';

/** The workers of one process: one, or in a test as many as share the object. */
export class MemoryFellowWorkers implements FellowWorkers {
  readonly #clock: Clock;
  readonly #leases = new Map<string, { readonly since: Instant; readonly until: Instant }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async hold(name: string, since: Instant | undefined, forMs: number): Promise<readonly Fellow[]> {
    const now = this.#clock.now();
    for (const [fellow, { until }] of this.#leases) if (until <= now) this.#leases.delete(fellow);
    const first = since ?? this.#leases.get(name)?.since ?? now;
    this.#leases.set(name, { since: first, until: now + forMs });
    return [...this.#leases].map(([fellow, lease]) => ({ name: fellow, since: lease.since }));
  }

  async leave(name: string): Promise<void> {
    this.#leases.delete(name);
  }
}
