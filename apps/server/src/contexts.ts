import { type DynamicModule, Global, Module, type Provider, type Type } from '@nestjs/common';
import { AwayUsersModule } from '#domain/chat/away-users.module.js';
import { ChatModule } from '#domain/chat/chat.module.js';
import { ScheduledMessagesModule } from '#domain/chat/scheduled-messages.module.js';
import { CampaignModule } from '#domain/campaign/campaign.module.js';
import { CommunicationModule } from '#domain/communication/communication.module.js';
import { DeliveryModule } from '#domain/delivery/delivery.module.js';
import { EventSinksModule } from '#domain/events/event-sinks.module.js';
import { EventsModule } from '#domain/events/events.module.js';
import { TemplatingModule } from '#domain/templating/templating.module.js';
import { WebhooksModule } from '#domain/webhooks/webhooks.module.js';
import { WorkspaceModule } from '#domain/workspace/workspace.module.js';

@Global()
@Module({})
class TargetModule {}

/** The ports of a target, for everybody. */
export function portsOf(given: readonly Provider[]): DynamicModule {
  const providers = [...given];
  return { module: TargetModule, providers, exports: providers };
}

/** Every context. Their doors are opened by whoever has the role. */
export const contexts = (): readonly (Type | DynamicModule)[] => [
  EventsModule,
  EventSinksModule,
  WorkspaceModule,
  TemplatingModule,
  DeliveryModule,
  CampaignModule,
  CommunicationModule,
  WebhooksModule,
  ChatModule,
  ScheduledMessagesModule,
  AwayUsersModule.over(CommunicationModule),
];
