import type { Instant } from '#domain/kernel/brand.js';

/** A worker process that held its lease when it was looked up. */
export interface Fellow {
  readonly name: string;
  /** When it first came, by the register's clock. With the name it makes an order that all agree on. */
  readonly since: Instant;
}

/**
 * The register of all worker processes: each holds a lease, which it renews.
 *
 * Guarantees: `hold` enters `name` or renews its lease for `forMs` milliseconds, by the register's own clock, and answers
 * everyone whose lease holds then, the asking one among them. It sees every `hold` and `leave` acknowledged before. `since` is
 * when the name first came, and stays so while its lease is renewed; whoever gives its own back keeps it, so that the order
 * survives the loss of the register. `leave` ends the lease at once. Both may be asked twice.
 *
 * It does not guarantee to be there: both may reject or never answer, having done what was asked or not, and the
 * register may lose everything that it held. Whoever acts by it has to leave room for that.
 */
export interface FellowWorkers {
  hold(name: string, since: Instant | undefined, forMs: number): Promise<readonly Fellow[]>;
  leave(name: string): Promise<void>;
}
export const FellowWorkers = Symbol('FellowWorkers');
