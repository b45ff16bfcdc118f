import { Get, Header, Inject } from '@nestjs/common';
import { RestController } from '../kit/rest-controller.js';
import { Public } from '../kit/route.js';

/** The measured numbers as text, in whatever format the target's collector reads. */
export interface MetricsExposition {
  exposition(): Promise<string>;
}
export const MetricsExposition = Symbol('MetricsExposition');

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
