import { Module } from '@nestjs/common';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';
import { ChangeWebhookEndpoint } from './application/change-webhook-endpoint.js';
import { CreateWebhookEndpoint } from './application/create-webhook-endpoint.js';
import { DeliverWebhooks } from './application/deliver-webhooks.js';
import { PublishWebhooks } from './application/publish-webhooks.js';
import { SendAgain } from './application/send-again.js';
import { WebhooksFacade } from './webhooks.facade.js';

@Module({
  providers: [
    CreateWebhookEndpoint,
    ChangeWebhookEndpoint,
    SendAgain,
    { provide: WebhooksFacade, useClass: PublishWebhooks },
    {
      provide: DeliverWebhooks,
      inject: [WebhookDeliveries, WebhookTransport, Clock, Ids, Log],
      useFactory: (
        deliveries: WebhookDeliveries,
        transport: WebhookTransport,
        clock: Clock,
        ids: Ids,
        log: Log,
      ) => new DeliverWebhooks({ deliveries, transport, clock, ids, log }),
    },
  ],
  exports: [CreateWebhookEndpoint, ChangeWebhookEndpoint, SendAgain, WebhooksFacade, DeliverWebhooks],
})
export class WebhooksModule {}
