import type { DeliveryTools } from '#domain/delivery/application/deliver-parcel.js';
import { DeliveryWorker } from '#domain/delivery/application/delivery-worker.js';
import type { LaneSettings } from '#domain/delivery/application/work-lane.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { DeliveryMonitor, WorkerStatus } from '#ports/delivery/delivery-monitor.js';
import type { Log } from '#ports/system/log.js';
import type { Duty } from '../duty.js';

/** This worker's place among those of other processes: `Fellowship`. */
export interface Membership {
  /** Resolves when there is a place, or when waiting for one is no use. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The delivery worker on the thread that serves: for targets that have nothing to keep apart. */
export class DeliveryInProcess implements DeliveryMonitor, Duty {
  readonly name = 'delivery';
  readonly #worker: DeliveryWorker;
  readonly #membership: Membership | undefined;
  #running: Promise<void> | undefined;
  #stopWaiting = (): void => {};

  /** @param membership undefined for a worker that is alone */
  constructor(
    tools: DeliveryTools,
    lanes: Readonly<Record<Lane, LaneSettings>>,
    log: Log,
    membership?: Membership,
  ) {
    this.#membership = membership;
    this.#worker = new DeliveryWorker(tools, lanes, {
      onError: (error, claim) =>
        log.error('delivery.parcel.failed', { parcel: claim?.parcel, dispatch: claim?.dispatchId, error }),
    });
  }

  start(): void {
    this.#running ??= this.#membership ? this.#runAsMember(this.#membership) : this.#worker.run();
  }

  /** Work is claimed only by who has a place: others would have to put it back. */
  async #runAsMember(membership: Membership): Promise<void> {
    const stopped = new Promise<void>((resolve) => (this.#stopWaiting = resolve));
    await Promise.race([membership.start(), stopped]);
    try {
      await this.#worker.run();
    } finally {
      await membership.stop();
    }
  }

  /** Calls under way are finished, everything else is put back. */
  async stop(): Promise<void> {
    this.#worker.stop();
    this.#stopWaiting();
    await this.#running;
  }

  status(): Promise<WorkerStatus> {
    return Promise.resolve(this.#worker.status());
  }
}
