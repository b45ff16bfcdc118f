import { Module, type OnModuleInit } from '@nestjs/common';
import { DeliveryModule } from '#domain/delivery/delivery.module.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import { WebhooksModule } from '#domain/webhooks/webhooks.module.js';
import { AccountForCampaign } from './application/campaign-account.js';
import { PublishCampaignEvents } from './application/publish-campaign-events.js';

/** What customers are told of campaigns. It only listens: sending goes on without it. */
@Module({
  imports: [DeliveryModule, WebhooksModule],
  providers: [AccountForCampaign, PublishCampaignEvents],
})
export class CampaignWebhooksModule implements OnModuleInit {
  readonly #publish: PublishCampaignEvents;
  readonly #relay: RelayEvents;

  constructor(publish: PublishCampaignEvents, relay: RelayEvents) {
    this.#publish = publish;
    this.#relay = relay;
  }

  onModuleInit(): void {
    this.#relay.on('delivery.reported', 'publish-message', (event) => this.#publish.reported(event));
    this.#relay.on('campaign.finished', 'publish-campaign', (event) => this.#publish.finished(event));
  }
}
