import { Get, Inject } from '@nestjs/common';
import type { ProviderStatus } from '#domain/delivery/model/provider-status.js';
import { DeliveryMonitor } from '#ports/delivery/delivery-monitor.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import type { ProviderView } from './provider.view.js';

@RestController('v1/providers')
export class ProvidersController {
  readonly #monitor: DeliveryMonitor;

  constructor(@Inject(DeliveryMonitor) monitor: DeliveryMonitor) {
    this.#monitor = monitor;
  }

  /** All configured providers, in the order in which they are tried. They serve every workspace of the deployment. */
  @Get()
  @Scopes('providers:read')
  async list(): Promise<ProviderView[]> {
    const { providers } = await this.#monitor.status();
    return providers.map(viewOf);
  }
}

function viewOf(status: ProviderStatus): ProviderView {
  const { name, channel, state, since, until, reason, sentLastMinute, failureRate, budget } = status;
  const { perSecond, burst, unit, inFlight } = budget;
  return {
    name,
    channel,
    state,
    since: isoOrNull(since),
    until: isoOrNull(until),
    reason,
    sentLastMinute,
    failureRate,
    budget: { perSecond, burst, unit, inFlight },
  };
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
