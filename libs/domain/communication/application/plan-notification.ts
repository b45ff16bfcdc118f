import { Inject, Injectable } from '@nestjs/common';
import type { Notification } from '#domain/communication/model/notification.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import type { Progress } from '#domain/communication/model/progress.js';
import { quietUntil } from '#domain/communication/model/quiet-hours.js';
import { planRoute } from '#domain/communication/model/route.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';
import { FindRecipient, type FoundRecipient } from './find-recipient.js';
import { FreezeTemplates } from './freeze-templates.js';

/** What is to become of a notification whose time has come: put off, expired, or routed, with the reasons. Keeps nothing. */
@Injectable()
export class PlanNotification {
  readonly #types: NotificationTypes;
  readonly #recipients: FindRecipient;
  readonly #templates: FreezeTemplates;
  readonly #channels: Channels;
  readonly #clock: Clock;

  constructor(
    @Inject(NotificationTypes) types: NotificationTypes,
    recipients: FindRecipient,
    templates: FreezeTemplates,
    @Inject(Channels) channels: Channels,
    @Inject(Clock) clock: Clock,
  ) {
    this.#types = types;
    this.#recipients = recipients;
    this.#templates = templates;
    this.#channels = channels;
    this.#clock = clock;
  }

  async run(notification: Notification): Promise<Progress> {
    const { order } = notification;
    if (order.expiresAt !== undefined && this.#clock.now() >= order.expiresAt) return { what: 'expired' };
    const type = await this.#types.find(order.workspaceId, order.type);
    if (!type) {
      const reasons = [{ code: 'no_channel_left', words: 'Its type was removed.' } as const];
      return { what: 'routed', legs: [], reasons, rule: { mode: 'fallback' } };
    }
    const recipient = await this.#recipients.run(order);
    return this.#deferral(notification, recipient) ?? (await this.#plan(notification, type, recipient));
  }

  /** Quiet hours put off, never past what is asked for: one that would expire in them goes out before. */
  #deferral({ order }: Notification, { profile }: FoundRecipient): Progress | undefined {
    if (order.lane === 'critical' || order.test || !profile?.quietHours) return undefined;
    const until = quietUntil(profile.quietHours, profile.timezone ?? 'UTC', this.#clock.now());
    if (until === undefined || (order.expiresAt !== undefined && until >= order.expiresAt)) return undefined;
    const words = `It is within the recipient's quiet hours, which end at ${new Date(until).toISOString()}.`;
    return { what: 'deferred', until, words };
  }

  async #plan(
    { order }: Notification,
    type: NotificationType,
    { preferences, addresses, locale }: FoundRecipient,
  ): Promise<Progress> {
    const available = new Set(this.#channels.all().map(({ name }) => name));
    const { legs, reasons } = planRoute({
      type,
      preferences,
      addresses,
      locale,
      available,
      ...(order.channels !== undefined && { channels: order.channels }),
    });
    const frozen = await this.#templates.run(order.workspaceId, legs);
    return {
      what: 'routed',
      legs: frozen.legs,
      reasons: [...reasons, ...frozen.reasons],
      rule: type.fallback,
    };
  }
}
