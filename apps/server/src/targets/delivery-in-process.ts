import type { DeliveryTools } from '#domain/delivery/application/deliver-parcel.js';
import { DeliveryWorker } from '#domain/delivery/application/delivery-worker.js';
import type { LaneSettings } from '#domain/delivery/application/work-lane.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { DeliveryMonitor, WorkerStatus } from '#ports/delivery/delivery-monitor.js';
import type { Log } from '#ports/system/log.js';
import type { Duty } from '../duty.js';

/** The delivery worker on the thread that serves: for targets that have nothing to keep apart. */
export class DeliveryInProcess implements DeliveryMonitor, Duty {
  readonly name = 'delivery';
  readonly #worker: DeliveryWorker;
  #running: Promise<void> | undefined;

  constructor(tools: DeliveryTools, lanes: Readonly<Record<Lane, LaneSettings>>, log: Log) {
    this.#worker = new DeliveryWorker(tools, lanes, {
      onError: (error, claim) =>
        log.error('delivery.parcel.failed', { parcel: claim?.parcel, dispatch: claim?.dispatchId, error }),
    });
  }

  start(): void {
    this.#running ??= this.#worker.run();
  }

  /** Calls under way are finished, everything else is put back. */
  async stop(): Promise<void> {
    this.#worker.stop();
    await this.#running;
  }

  status(): Promise<WorkerStatus> {
    return Promise.resolve(this.#worker.status());
  }
}
