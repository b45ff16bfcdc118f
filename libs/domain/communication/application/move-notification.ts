import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { Leg, Notification, NotificationId } from '#domain/communication/model/notification.js';
import type { FallbackRule } from '#domain/communication/model/notification-type.js';
import { move, type Progress } from '#domain/communication/model/progress.js';
import { Notifications } from '#ports/communication/notifications.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Clock } from '#ports/system/clock.js';
import { CarryLegs } from './carry-legs.js';
import { PlanNotification } from './plan-notification.js';

/** Somebody else may be moving the same notification: the decision is made anew on what they left. */
const TRIES = 10;
const OF_NO_TYPE: FallbackRule = { mode: 'fallback' };

/**
 * Everything that moves a notification once it is accepted. A decision is kept before it is acted on, and acting on it twice
 * changes nothing: a leg's dispatch has an id of its own. If the process dies between the two, the notification is due
 * again and its legs under way are started anew.
 */
@Injectable()
export class MoveNotification {
  readonly #notifications: Notifications;
  readonly #types: NotificationTypes;
  readonly #plan: PlanNotification;
  readonly #legs: CarryLegs;
  readonly #clock: Clock;

  constructor(
    @Inject(Notifications) notifications: Notifications,
    @Inject(NotificationTypes) types: NotificationTypes,
    plan: PlanNotification,
    legs: CarryLegs,
    @Inject(Clock) clock: Clock,
  ) {
    this.#notifications = notifications;
    this.#types = types;
    this.#plan = plan;
    this.#legs = legs;
    this.#clock = clock;
  }

  /** Its time has come: to be routed, or to be looked at again. */
  async whenDue(notification: Notification): Promise<void> {
    if (notification.status === 'accepted') {
      const progress = await this.#plan.run(notification);
      const { workspaceId, id } = notification.order;
      await this.#apply(workspaceId, id, () => progress, notification);
      return;
    }
    // Its start may have died with the process, or the news of it, or the calling off of the leg before.
    await this.callOff(notification);
    for (const leg of notification.legs) {
      if (leg.state !== 'sending') continue;
      await this.#start(notification, leg);
      await this.follow(notification.order.workspaceId, notification.order.id, leg.channel);
    }
    await this.#apply(notification.order.workspaceId, notification.order.id, (now, rule) =>
      now.dueAt !== undefined && now.dueAt <= this.#clock.now() ? { what: 'looked', rule } : undefined,
    );
  }

  /** Tells the backbone of the legs that were given up, once more: the process may have died before it was told. */
  callOff(notification: Notification): Promise<void> {
    return this.#legs.callOff(notification);
  }

  /** The same for one that is known by its id: a cancelled one is not due any more, but an event tells of it. */
  async callOffById(workspaceId: WorkspaceId, id: NotificationId): Promise<void> {
    const found = await this.#notifications.find(workspaceId, id);
    if (found) await this.callOff(found);
  }

  /**
   * Brings a leg to where its deliveries are now. They are looked at after the notification was, each time: had another
   * worker seen them later and saved before us, our save would be a conflict, and we would look again.
   */
  async follow(workspaceId: WorkspaceId, id: NotificationId, channel: string): Promise<void> {
    await this.#apply(workspaceId, id, async (_, rule) => {
      const news = await this.#legs.newsOf(id, channel);
      return news && { what: 'leg', channel, rule, ...news };
    });
  }

  /** Somebody has read it: the provider says so, or they did in their inbox. */
  async read(workspaceId: WorkspaceId, id: NotificationId, channel: string): Promise<void> {
    await this.#apply(workspaceId, id, (_, rule) => ({ what: 'read', channel, rule }));
    await this.follow(workspaceId, id, channel);
  }

  /** @throws Refusal `not_found` | `invalid_transition` */
  async cancel(workspaceId: WorkspaceId, id: NotificationId): Promise<Notification> {
    const cancelled = await this.#apply(workspaceId, id, () => ({ what: 'cancelled' }));
    if (!cancelled) throw notFound('notification');
    // Also when it was cancelled before: whoever asks again may have had no answer because we died in between.
    await this.callOff(cancelled);
    return cancelled;
  }

  /** @param known how it was a moment ago: if it is not any more, the save is a conflict and it is looked up */
  async #apply(
    workspaceId: WorkspaceId,
    id: NotificationId,
    choose: Choose,
    known?: Notification,
  ): Promise<Notification | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = tries === 0 && known ? known : await this.#notifications.find(workspaceId, id);
      if (!before) return undefined;
      const type = await this.#types.find(workspaceId, before.order.type);
      const progress = await choose(before, type?.fallback ?? OF_NO_TYPE);
      const moved = progress && move(before, progress, this.#clock.now());
      if (!moved) return before;
      if (moved.notification !== before) {
        if ((await this.#notifications.save(before, moved.notification)) === 'conflict') continue;
      }
      if (moved.callOff.length > 0) await this.callOff(moved.notification);
      for (const leg of moved.start) await this.#start(moved.notification, leg);
      return moved.notification;
    }
    throw new Refusal('invalid_transition', 'Others are changing this notification at the same time.', {
      retryAfterMs: 1000,
    });
  }

  /** One whose window has closed fails without anybody being asked, and the next goes on. */
  async #start(notification: Notification, leg: Leg): Promise<void> {
    if (!(await this.#legs.isTooLate(notification, leg))) return this.#legs.start(notification, leg);
    const { workspaceId, id } = notification.order;
    const { channel } = leg;
    const reason = 'the recipient has not written to us lately enough';
    await this.#apply(workspaceId, id, (_, rule) => ({
      what: 'leg',
      channel,
      state: 'failed',
      reason,
      rule,
    }));
  }
}

type Choose = (
  before: Notification,
  rule: FallbackRule,
) => Progress | undefined | Promise<Progress | undefined>;
