import { Get, Header, Inject } from '@nestjs/common';
import { RestController } from '../kit/rest-controller.js';
import { Public } from '../kit/route.js';
import { MetricsExposition } from './metrics-exposition.js';

@RestController('metrics')
export class MetricsController {
  readonly #metrics: MetricsExposition;

  constructor(@Inject(MetricsExposition) metrics: MetricsExposition) {
    this.#metrics = metrics;
  }

  /** What was measured, for Prometheus. */
  @Get()
  @Public({ metered: false })
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.#metrics.exposition();
  }
}
