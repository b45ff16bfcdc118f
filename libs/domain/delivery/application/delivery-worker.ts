import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '#ports/delivery/lanes.js';
import { type DeliveryTools, ParcelDelivery } from './deliver-parcel.js';
import type { ProviderStatus } from './provider-slot.js';
import { type LaneReport, type LaneSettings, LaneWorker } from './work-lane.js';

/** Providers are asked how fast they may be used at the start and then this often. */
const LEARN_RATES_EVERY_MS = 15 * 60_000;

/** All lanes of one process over one provider pool. */
export class DeliveryWorker {
  readonly #tools: DeliveryTools;
  readonly #workers: readonly LaneWorker[];
  #cancelLearning = (): void => {};

  constructor(tools: DeliveryTools, settings: Readonly<Record<Lane, LaneSettings>>, report: LaneReport) {
    this.#tools = tools;
    const deliver = (claim: Claim, stopping: () => boolean): Promise<void> => new ParcelDelivery(tools, claim, stopping).run();
    this.#workers = lanes.map((lane) => new LaneWorker(lane, settings[lane], deliver, tools, report));
  }

  /** Works until `stop`; resolves when nothing is in hand any more. */
  async run(): Promise<void> {
    this.#learn();
    await Promise.all(this.#workers.map((worker) => worker.run()));
    this.#cancelLearning();
    this.#tools.pool.close();
  }

  stop(): void {
    for (const worker of this.#workers) worker.stop();
  }

  providers(): readonly ProviderStatus[] {
    return this.#tools.pool.statuses();
  }

  inHand(): Readonly<Record<Lane, number>> {
    const of = (lane: Lane): number => this.#workers.find((worker) => worker.lane === lane)?.inHand ?? 0;
    return { critical: of('critical'), standard: of('standard'), bulk: of('bulk') };
  }

  #learn(): void {
    void this.#tools.pool.learnRates();
    this.#cancelLearning = this.#tools.clock.after(LEARN_RATES_EVERY_MS, () => this.#learn());
  }
}
