import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { LaneStatus, WorkerStatus } from '#ports/delivery/delivery-monitor.js';
import { type DeliveryTools, ParcelDelivery } from './deliver-parcel.js';
import { type DeliverParcel, type LaneReport, type LaneSettings, LaneWorker } from './work-lane.js';

/** Providers are asked how fast they may be used at the start and then this often: some say so only in an answer. */
const LEARN_RATES_EVERY_MS = 60_000;

/** All lanes of one process over all channels. */
export class DeliveryWorker {
  readonly #tools: DeliveryTools;
  readonly #workers: readonly LaneWorker[];
  #cancelLearning = (): void => {};

  constructor(tools: DeliveryTools, settings: Readonly<Record<Lane, LaneSettings>>, report: LaneReport) {
    this.#tools = tools;
    const deliver: DeliverParcel = (claim, stopping, loaded) =>
      new ParcelDelivery(tools, claim, stopping).run(loaded);
    this.#workers = lanes.map((lane) => new LaneWorker(lane, settings[lane], deliver, tools, report));
  }

  /** Works until `stop`; resolves when nothing is in hand any more. */
  async run(): Promise<void> {
    this.#learn();
    await Promise.all(this.#workers.map((worker) => worker.run()));
    this.#cancelLearning();
    for (const { pool } of this.#tools.lines.values()) pool.close();
  }

  stop(): void {
    for (const worker of this.#workers) worker.stop();
  }

  status(): WorkerStatus {
    const { meter, lines } = this.#tools;
    const laneStatus = (worker: LaneWorker): [Lane, LaneStatus] => [
      worker.lane,
      {
        inHand: worker.inHand,
        accepted: meter.total(worker.lane),
        ratePerSecond: meter.ratePerSecond(worker.lane),
      },
    ];
    return {
      providers: [...lines.values()].flatMap(({ pool }) => pool.statuses()),
      lanes: Object.fromEntries(this.#workers.map(laneStatus)) as WorkerStatus['lanes'],
    };
  }

  #learn(): void {
    for (const { pool } of this.#tools.lines.values()) void pool.learnRates();
    this.#cancelLearning = this.#tools.clock.after(LEARN_RATES_EVERY_MS, () => this.#learn());
  }
}
