import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { HealthController } from '#adapters/rest/health/health.controller.js';
import { AttachmentsController } from '#adapters/rest/chat/attachments.controller.js';
import { AttachmentUploadsController } from '#adapters/rest/chat/attachment-uploads.controller.js';
import { BlocksController } from '#adapters/rest/chat/blocks.controller.js';
import { ConversationMembersController } from '#adapters/rest/chat/conversation-members.controller.js';
import { ConversationMessagesController } from '#adapters/rest/chat/conversation-messages.controller.js';
import { ConversationsController } from '#adapters/rest/chat/conversations.controller.js';
import { RoomsController } from '#adapters/rest/chat/rooms.controller.js';
import { SearchController } from '#adapters/rest/chat/search.controller.js';
import { ScheduledMessagesController } from '#adapters/rest/chat/scheduled-messages.controller.js';
import { MetricsController } from '#adapters/rest/health/metrics.controller.js';
import { ConsoleController } from '#adapters/rest/console/console.controller.js';
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
import { NotificationTypesController } from '#adapters/rest/notification-types/notification-types.controller.js';
import { DevicesController } from '#adapters/rest/users/devices.controller.js';
import { InboxController } from '#adapters/rest/inbox/inbox.controller.js';
import { UserInboxController } from '#adapters/rest/inbox/user-inbox.controller.js';
import { UserTokensController } from '#adapters/rest/users/user-tokens.controller.js';
import { UsersController } from '#adapters/rest/users/users.controller.js';
import { NotificationsController } from '#adapters/rest/notifications/notifications.controller.js';
import { HooksModule } from '#adapters/rest/hooks/hooks.module.js';
import { OutboxModule } from '#adapters/rest/outbox/outbox.module.js';
import { RestKitModule } from '#adapters/rest/kit/rest.module.js';
import type { RestSettings } from '#adapters/rest/kit/rest-settings.js';
import { ListsController } from '#adapters/rest/lists/lists.controller.js';
import { ExportController } from '#adapters/rest/subscribers/export.controller.js';
import { SubscribersController } from '#adapters/rest/subscribers/subscribers.controller.js';
import { PreferencesController } from '#adapters/rest/preferences/preferences.controller.js';
import { UnsubscribeController } from '#adapters/rest/unsubscribe/unsubscribe.controller.js';
import { ApiKeysController } from '#adapters/rest/workspace/api-keys.controller.js';
import { WebhookEndpointsController } from '#adapters/rest/webhooks/webhook-endpoints.controller.js';
import { WebhookMessagesController } from '#adapters/rest/webhooks/webhook-messages.controller.js';
import { WorkspaceController } from '#adapters/rest/workspace/workspace.controller.js';
import type { Role } from './config/server-config.js';
import { contexts, portsOf } from './contexts.js';
import type { Target } from './targets/target.js';

/** What every process answers, whatever its role: whoever runs it asks how it is. */
const OPERATION = [HealthController, MetricsController];
/** What users may do in a chat, called by themselves or in their names. */
const CHAT = [
  ConversationsController,
  ConversationMembersController,
  ConversationMessagesController,
  RoomsController,
  BlocksController,
  SearchController,
  AttachmentsController,
  AttachmentUploadsController,
  ScheduledMessagesController,
];
/** The REST API. */
const API = [
  DocsController,
  ConsoleController,
  WorkspaceController,
  ApiKeysController,
  ListsController,
  ExportController,
  SubscribersController,
  ImportsController,
  CampaignsController,
  CampaignEventsController,
  UnsubscribeController,
  PreferencesController,
  TemplatesController,
  GalleryController,
  DeliveriesController,
  FailedMessagesController,
  SuppressionsController,
  ProvidersController,
  LanesController,
  AssetsController,
  NotificationsController,
  NotificationTypesController,
  UsersController,
  UserTokensController,
  UserInboxController,
  InboxController,
  DevicesController,
  WebhookEndpointsController,
  WebhookMessagesController,
  ...CHAT,
];

/** The contexts, the target's adapters for their ports, and the doors that this process's roles open. */
@Module({})
export class ServerModule {
  /** @param sockets the door for live connections, of a process that opens it: functions do not, and need not read it */
  static of(
    target: Target,
    door: RestSettings,
    roles: readonly Role[],
    sockets: readonly Type[] = [],
  ): DynamicModule {
    return {
      module: ServerModule,
      imports: [
        portsOf(target.providers),
        RestKitModule.with(door),
        ...contexts(),
        ...sockets,
        ...(roles.includes('api') ? [HooksModule, OutboxModule] : []),
      ],
      controllers: roles.includes('api') ? [...OPERATION, ...API] : OPERATION,
    };
  }
}
