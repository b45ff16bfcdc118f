import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import { DeliveryModule } from '#domain/delivery/delivery.module.js';
import { TemplatingModule } from '#domain/templating/templating.module.js';
import { WebhooksModule } from '#domain/webhooks/webhooks.module.js';
import { Channels } from '#ports/delivery/channels.js';
import { Notifications } from '#ports/communication/notifications.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import { AcceptNotifications } from './application/accept-notifications.js';
import { CarryLegs } from './application/carry-legs.js';
import { CommunicationService } from './application/communication-service.js';
import { FindRecipient } from './application/find-recipient.js';
import { FreezeTemplates } from './application/freeze-templates.js';
import { HandOver } from './application/hand-over.js';
import { InstallShippedTypes } from './application/install-shipped-types.js';
import { MoveNotification } from './application/move-notification.js';
import { channelCode, parseLegDispatchId } from './application/notification-dispatch.js';
import { LookAtWindows } from './application/look-at-windows.js';
import { PlanLegs } from './application/plan-legs.js';
import { PlanNotification } from './application/plan-notification.js';
import { PublishChanges } from './application/publish-changes.js';
import { RouteNotifications } from './application/route-notifications.js';
import { DefineNotificationType } from './application/define-notification-type.js';
import { RemoveNotificationType } from './application/remove-notification-type.js';
import { SaveProfile } from './application/save-profile.js';
import { SavePreferences } from './application/save-preferences.js';
import { RemoveProfile } from './application/remove-profile.js';
import { AdvanceInboxItem } from './application/advance-inbox-item.js';
import { AddDevice } from './application/add-device.js';
import { ChooseNotifications } from './application/choose-notifications.js';
import { DropDeadDevice } from './application/drop-dead-device.js';
import { RemoveDevice } from './application/remove-device.js';
import type { Notification, NotificationId } from './model/notification.js';
import { CommunicationFacade } from './communication.facade.js';

/**
 * Needs from the composition root: Notifications, NotificationTypes, Profiles, Channels, Inbox, CommunicationSettings, ShippedTypes,
 * Clock, Ids and Log.
 */
@Module({
  imports: [DeliveryModule, TemplatingModule, WebhooksModule],
  providers: [
    AcceptNotifications,
    DefineNotificationType,
    RemoveNotificationType,
    SaveProfile,
    SavePreferences,
    RemoveProfile,
    AddDevice,
    AdvanceInboxItem,
    RemoveDevice,
    DropDeadDevice,
    ChooseNotifications,
    FindRecipient,
    FreezeTemplates,
    HandOver,
    InstallShippedTypes,
    LookAtWindows,
    CarryLegs,
    MoveNotification,
    PlanLegs,
    PlanNotification,
    PublishChanges,
    { provide: CommunicationFacade, useClass: CommunicationService },
    {
      provide: RouteNotifications,
      inject: [Notifications, MoveNotification, HandOver, Clock, Log],
      useFactory: (
        notifications: Notifications,
        move: MoveNotification,
        handOver: HandOver,
        clock: Clock,
        log: Log,
      ) => {
        const whenDue = (one: Notification): Promise<void> => move.whenDue(one);
        return new RouteNotifications({ notifications, handOver, clock, log, whenDue });
      },
    },
  ],
  exports: [
    DefineNotificationType,
    RemoveNotificationType,
    SaveProfile,
    SavePreferences,
    RemoveProfile,
    AddDevice,
    AdvanceInboxItem,
    RemoveDevice,
    ChooseNotifications,
    AcceptNotifications,
    InstallShippedTypes,
    MoveNotification,
    RouteNotifications,
    CommunicationFacade,
  ],
})
export class CommunicationModule implements OnModuleInit {
  readonly #move: MoveNotification;
  readonly #relay: RelayEvents;
  readonly #channels: Channels;
  readonly #publish: PublishChanges;
  readonly #drop: DropDeadDevice;

  constructor(
    move: MoveNotification,
    publish: PublishChanges,
    drop: DropDeadDevice,
    relay: RelayEvents,
    @Inject(Channels) channels: Channels,
  ) {
    this.#move = move;
    this.#publish = publish;
    this.#drop = drop;
    this.#relay = relay;
    this.#channels = channels;
  }

  /** What this context hears of. */
  onModuleInit(): void {
    this.#relay.on('dispatch.completed', 'follow-leg', ({ workspaceId, dispatchId }) =>
      this.#follow(workspaceId as WorkspaceId, dispatchId),
    );
    this.#relay.on('delivery.reported', 'follow-leg', ({ workspaceId, dispatchId, kind }) =>
      this.#follow(workspaceId as WorkspaceId, dispatchId, kind === 'read'),
    );
    this.#relay.on('address.gone', 'drop-device', (gone) => this.#drop.run(gone));
    this.#relay.on('notification.changed', 'publish-change', (change) => this.#publish.run(change));
    this.#relay.on('notification.changed', 'call-off', async ({ workspaceId, notificationId, status }) => {
      if (status === 'cancelled')
        await this.#move.callOffById(workspaceId as WorkspaceId, notificationId as NotificationId);
    });
  }

  async #follow(workspaceId: WorkspaceId, dispatchId: string, read = false): Promise<void> {
    const leg = parseLegDispatchId(dispatchId);
    const channel = leg && this.#channels.all().find(({ name }) => channelCode(name) === leg.code);
    if (!leg || !channel) return;
    if (read) await this.#move.read(workspaceId, leg.id, channel.name);
    else await this.#move.follow(workspaceId, leg.id, channel.name);
  }
}
