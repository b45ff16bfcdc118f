import { Get, Inject } from '@nestjs/common';
import { DeliveryMonitor } from '#ports/delivery/delivery-monitor.js';
import { Lanes } from '#ports/delivery/lanes.js';
import { Clock } from '#ports/system/clock.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import type { LaneView } from './lane.view.js';

@RestController('v1/lanes')
export class LanesController {
  readonly #lanes: Lanes;
  readonly #monitor: DeliveryMonitor;
  readonly #clock: Clock;

  constructor(
    @Inject(Lanes) lanes: Lanes,
    @Inject(DeliveryMonitor) monitor: DeliveryMonitor,
    @Inject(Clock) clock: Clock,
  ) {
    this.#lanes = lanes;
    this.#monitor = monitor;
    this.#clock = clock;
  }

  /** All lanes, the most urgent first. They serve every workspace of the deployment. */
  @Get()
  @Scopes('providers:read')
  async list(): Promise<LaneView[]> {
    const [depths, status] = await Promise.all([
      this.#lanes.depths(this.#clock.now()),
      this.#monitor.status(),
    ]);
    return depths.map(({ lane, depth, oldestAgeMs }) => {
      const { inHand, ratePerSecond } = status.lanes[lane];
      return { lane, depth, oldestAgeMs, inFlight: inHand, ratePerSecond };
    });
  }
}
