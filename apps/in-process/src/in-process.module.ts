import { type DynamicModule, Global, Module } from '@nestjs/common';
import { CampaignModule } from '#domain/campaign/campaign.module.js';
import { AwayUsersModule } from '#domain/chat/away-users.module.js';
import { PublishedMessagesModule } from '#domain/chat/published-messages.module.js';
import { ScheduledMessagesModule } from '#domain/chat/scheduled-messages.module.js';
import { CommunicationModule } from '#domain/communication/communication.module.js';
import { CallbackReaders, OnInbound, TakeCallbacks } from '#domain/delivery/application/take-callbacks.js';
import { DeliveryModule } from '#domain/delivery/delivery.module.js';
import { EventsModule } from '#domain/events/events.module.js';
import { TemplatingModule } from '#domain/templating/templating.module.js';
import { WebhooksModule } from '#domain/webhooks/webhooks.module.js';
import { WorkspaceModule } from '#domain/workspace/workspace.module.js';
import { ProviderReports } from '#ports/delivery/provider-reports.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import type { Target } from '#apps/server/src/targets/target.js';

@Global()
@Module({})
class TargetModule {}

/**
 * The contexts over a target, without a door. Campaigns and the chat are among them: a data folder that a server has used may
 * hold campaigns that are running and messages whose time comes.
 */
@Module({})
export class InProcessModule {
  static of(target: Target): DynamicModule {
    const providers = [...target.providers];
    return {
      module: InProcessModule,
      imports: [
        { module: TargetModule, providers, exports: providers },
        EventsModule,
        WorkspaceModule,
        TemplatingModule,
        DeliveryModule,
        CampaignModule,
        CommunicationModule,
        WebhooksModule,
        PublishedMessagesModule,
        ScheduledMessagesModule,
        AwayUsersModule.over(CommunicationModule),
      ],
      providers: [
        {
          provide: TakeCallbacks,
          inject: [CallbackReaders, ProviderReports, OnInbound, Clock, Log],
          useFactory: (
            readers: CallbackReaders,
            reports: ProviderReports,
            onInbound: OnInbound,
            clock: Clock,
            log: Log,
          ): TakeCallbacks => new TakeCallbacks({ readers, reports, onInbound, clock, log }),
        },
      ],
    };
  }
}
