import { MemoryWebhookDeliveries } from '#adapters/memory/webhooks/memory-webhook-deliveries.js';
import { MemoryWebhookEndpoints } from '#adapters/memory/webhooks/memory-webhook-endpoints.js';
import { MemoryWebhookTransport } from '#adapters/memory/webhooks/memory-webhook-transport.js';
import { MemoryWebhooks } from '#adapters/memory/webhooks/memory-webhooks.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { DeliverWebhooks } from '#domain/webhooks/application/deliver-webhooks.js';
import { WebhooksFacade } from '#domain/webhooks/webhooks.facade.js';
import { WebhooksModule } from '#domain/webhooks/webhooks.module.js';
import { Randomness } from '#ports/system/randomness.js';
import { WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';
import { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';
import { memoryPorts } from '../../deliveries/testing/memory-ports.js';
import { RestRig, type RunningRest, startRest } from '../../testing/rest-rig.js';
import { WebhookEndpointsController } from '../webhook-endpoints.controller.js';
import { WebhookMessagesController } from '../webhook-messages.controller.js';

/** The REST paths of webhooks over memory, with its duty running, on a clock that only the test moves. */
export class WebhooksServer extends RestRig {
  readonly transport: MemoryWebhookTransport;
  readonly clock: DrivenClock;

  private constructor(running: RunningRest, transport: MemoryWebhookTransport) {
    super(running);
    this.transport = transport;
    this.clock = running.ports.clock;
  }

  static async start(): Promise<WebhooksServer> {
    const ports = memoryPorts(new DrivenClock());
    const memory = new MemoryWebhooks();
    const transport = new MemoryWebhookTransport();
    const own = [
      { provide: Randomness, useValue: ports.randomness },
      { provide: WebhookEndpoints, useValue: new MemoryWebhookEndpoints(memory) },
      { provide: WebhookDeliveries, useValue: new MemoryWebhookDeliveries(memory) },
      { provide: WebhookTransport, useValue: transport },
    ];
    const controllers = [WebhookEndpointsController, WebhookMessagesController];
    const running = await startRest(ports, own, { imports: [WebhooksModule], controllers });
    running.app.get(DeliverWebhooks).start();
    return new WebhooksServer(running, transport);
  }

  /** Tells of something, and lets what is due be posted. */
  async publish(id: string, type = 'message.delivered'): Promise<void> {
    const event = { id, type, at: this.clock.now(), data: { id } };
    await this.app.get<WebhooksFacade>(WebhooksFacade).publish(this.workspaceId, event);
    await this.clock.advance(0);
  }

  override async close(): Promise<void> {
    await this.app.get(DeliverWebhooks).stop();
    await super.close();
  }
}
