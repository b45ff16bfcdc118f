import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { ProviderStatus } from '#domain/delivery/model/provider-status.js';

export interface LaneStatus {
  /** Parcels in hand. */
  readonly inHand: number;
  /** Messages accepted by providers since the worker started. */
  readonly accepted: number;
  /** The same a second, over the last ten. */
  readonly ratePerSecond: number;
}

/** What the workers are doing this moment. */
export interface WorkerStatus {
  readonly providers: readonly ProviderStatus[];
  readonly lanes: Readonly<Record<Lane, LaneStatus>>;
}

/**
 * A look at the workers from outside.
 *
 * Guarantees: an answer within a second or two, possibly a little old; never an obstacle to the work itself. Where no
 * worker is running yet the configured providers are shown closed and idle.
 */
export interface DeliveryMonitor {
  status(): Promise<WorkerStatus>;
}
export const DeliveryMonitor = Symbol('DeliveryMonitor');
