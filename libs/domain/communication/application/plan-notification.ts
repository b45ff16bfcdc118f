import { Inject, Injectable } from '@nestjs/common';
import type { Notification } from '#domain/communication/model/notification.js';
import type { Progress } from '#domain/communication/model/progress.js';
import { quietUntil } from '#domain/communication/model/quiet-hours.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Clock } from '#ports/system/clock.js';
import { FindRecipient, type FoundRecipient } from './find-recipient.js';
import { PlanLegs } from './plan-legs.js';

/** What is to become of a notification whose time has come: put off, expired, or routed, with the reasons. Keeps nothing. */
@Injectable()
export class PlanNotification {
  readonly #types: NotificationTypes;
  readonly #recipients: FindRecipient;
  readonly #legs: PlanLegs;
  readonly #clock: Clock;

  constructor(
    @Inject(NotificationTypes) types: NotificationTypes,
    recipients: FindRecipient,
    legs: PlanLegs,
    @Inject(Clock) clock: Clock,
  ) {
    this.#types = types;
    this.#recipients = recipients;
    this.#legs = legs;
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
    return this.#deferral(notification, recipient) ?? (await this.#legs.run(order, type, recipient));
  }

  /** Quiet hours put off, never past what is asked for: one that would expire in them goes out before. */
  #deferral({ order }: Notification, { profile }: FoundRecipient): Progress | undefined {
    if (order.lane === 'critical' || order.test || !profile?.quietHours) return undefined;
    const until = quietUntil(profile.quietHours, profile.timezone ?? 'UTC', this.#clock.now());
    if (until === undefined || (order.expiresAt !== undefined && until >= order.expiresAt)) return undefined;
    const words = `It is within the recipient's quiet hours, which end at ${new Date(until).toISOString()}.`;
    return { what: 'deferred', until, words };
  }
}
