import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { EventOf } from '#domain/events/relay-events.js';
import { WebhooksFacade } from '#domain/webhooks/webhooks.facade.js';
import type { NotificationId } from '#domain/communication/model/notification.js';
import { Notifications } from '#ports/communication/notifications.js';

/** Tells the customer's endpoints what becomes of their notifications: `notification.sent`, `notification.delivered`, … */
@Injectable()
export class PublishChanges {
  readonly #notifications: Notifications;
  readonly #webhooks: WebhooksFacade;

  constructor(
    @Inject(Notifications) notifications: Notifications,
    @Inject(WebhooksFacade) webhooks: WebhooksFacade,
  ) {
    this.#notifications = notifications;
    this.#webhooks = webhooks;
  }

  /** The event's id follows from the notification and its revision, so that telling twice tells of one event. */
  async run(change: EventOf<'notification.changed'>): Promise<void> {
    const { notificationId, status, revision, at } = change;
    const workspaceId = change.workspaceId as WorkspaceId;
    const found = await this.#notifications.find(workspaceId, notificationId as NotificationId);
    if (!found) return;
    const { type, to, orderingKey } = found.order;
    await this.#webhooks.publish(workspaceId, {
      id: `evt_${notificationId.slice(notificationId.indexOf('_') + 1)}r${revision}`,
      type: `notification.${status}`,
      at,
      data: {
        id: notificationId,
        type,
        status,
        userId: to.userId ?? null,
        orderingKey: orderingKey ?? null,
        legs: found.legs.map(({ channel, state }) => ({ channel, state })),
      },
    });
  }
}
