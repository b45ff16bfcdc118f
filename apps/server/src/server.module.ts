import { type DynamicModule, Global, Module } from '@nestjs/common';
import { HealthController } from '#adapters/rest/health/health.controller.js';
import { MetricsController } from '#adapters/rest/health/metrics.controller.js';
import { DocsController } from '#adapters/rest/docs/docs.controller.js';
import { AssetsController } from '#adapters/rest/assets/assets.controller.js';
import { CampaignEventsController } from '#adapters/rest/campaigns/campaign-events.controller.js';
import { CampaignsController } from '#adapters/rest/campaigns/campaigns.controller.js';
import { ImportsController } from '#adapters/rest/imports/imports.controller.js';
import { TemplatesController } from '#adapters/rest/templates/templates.controller.js';
import { GalleryController } from '#adapters/rest/templates/gallery.controller.js';
import { DeliveriesController } from '#adapters/rest/deliveries/deliveries.controller.js';
import { FailedMessagesController } from '#adapters/rest/failed-messages/failed-messages.controller.js';
import { SuppressionsController } from '#adapters/rest/suppressions/suppressions.controller.js';
import { ProvidersController } from '#adapters/rest/providers/providers.controller.js';
import { LanesController } from '#adapters/rest/lanes/lanes.controller.js';
import { OutboxModule } from '#adapters/rest/outbox/outbox.module.js';
import { RestKitModule } from '#adapters/rest/kit/rest.module.js';
import type { RestSettings } from '#adapters/rest/kit/rest-settings.js';
import { ListsController } from '#adapters/rest/lists/lists.controller.js';
import { ExportController } from '#adapters/rest/subscribers/export.controller.js';
import { SubscribersController } from '#adapters/rest/subscribers/subscribers.controller.js';
import { UnsubscribeController } from '#adapters/rest/unsubscribe/unsubscribe.controller.js';
import { ApiKeysController } from '#adapters/rest/workspace/api-keys.controller.js';
import { WorkspaceController } from '#adapters/rest/workspace/workspace.controller.js';
import { CampaignModule } from '#domain/campaign/campaign.module.js';
import { DeliveryModule } from '#domain/delivery/delivery.module.js';
import { EventsModule } from '#domain/events/events.module.js';
import { TemplatingModule } from '#domain/templating/templating.module.js';
import { WorkspaceModule } from '#domain/workspace/workspace.module.js';
import type { Role } from './config/server-config.js';
import type { Target } from './targets/target.js';

/** What every process answers, whatever its role: whoever runs it asks how it is. */
const OPERATION = [HealthController, MetricsController];
/** The REST API. */
const API = [
  DocsController,
  WorkspaceController,
  ApiKeysController,
  ListsController,
  ExportController,
  SubscribersController,
  ImportsController,
  CampaignsController,
  CampaignEventsController,
  UnsubscribeController,
  TemplatesController,
  GalleryController,
  DeliveriesController,
  FailedMessagesController,
  SuppressionsController,
  ProvidersController,
  LanesController,
  AssetsController,
];

@Global()
@Module({})
class TargetModule {}

/** The contexts, the target's adapters for their ports, and the doors that this process's roles open. */
@Module({})
export class ServerModule {
  static of(target: Target, door: RestSettings, roles: readonly Role[]): DynamicModule {
    const providers = [...target.providers];
    return {
      module: ServerModule,
      imports: [
        { module: TargetModule, providers, exports: providers },
        RestKitModule.with(door),
        EventsModule,
        WorkspaceModule,
        TemplatingModule,
        DeliveryModule,
        CampaignModule,
        ...(roles.includes('api') ? [OutboxModule] : []),
      ],
      controllers: roles.includes('api') ? [...OPERATION, ...API] : OPERATION,
    };
  }
}
