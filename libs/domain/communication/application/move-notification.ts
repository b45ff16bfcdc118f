import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { Leg, Notification, NotificationId } from '#domain/communication/model/notification.js';
import type { FallbackRule } from '#domain/communication/model/notification-type.js';
import { type LegNews, move, type Progress } from '#domain/communication/model/progress.js';
import { quietUntil } from '#domain/communication/model/quiet-hours.js';
import { Channels } from '#ports/delivery/channels.js';
import { Notifications } from '#ports/communication/notifications.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Clock } from '#ports/system/clock.js';
import { CommunicationSettings } from './communication-settings.js';
import { FindRecipient, type FoundRecipient } from './find-recipient.js';
import { legDispatchId, orderOf, recipientsOf } from './notification-dispatch.js';
import { PlanLegs } from './plan-legs.js';

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
  readonly #recipients: FindRecipient;
  readonly #plan: PlanLegs;
  readonly #delivery: DeliveryFacade;
  readonly #channels: Channels;
  readonly #settings: CommunicationSettings;
  readonly #clock: Clock;

  constructor(
    @Inject(Notifications) notifications: Notifications,
    @Inject(NotificationTypes) types: NotificationTypes,
    recipients: FindRecipient,
    plan: PlanLegs,
    @Inject(DeliveryFacade) delivery: DeliveryFacade,
    @Inject(Channels) channels: Channels,
    @Inject(CommunicationSettings) settings: CommunicationSettings,
    @Inject(Clock) clock: Clock,
  ) {
    this.#notifications = notifications;
    this.#types = types;
    this.#recipients = recipients;
    this.#plan = plan;
    this.#delivery = delivery;
    this.#channels = channels;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Its time has come: to be routed, or to be looked at again. */
  async whenDue(notification: Notification): Promise<void> {
    if (notification.status === 'accepted') return this.#route(notification);
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
  async callOff({ order, legs, revision }: Notification): Promise<void> {
    for (const { channel, state } of legs) {
      const dispatch = legDispatchId(order.id, channel);
      // One that was given up before it was opened: whoever opens it looks again.
      if (state !== 'abandoned' || !(await this.#delivery.stats(dispatch))) continue;
      await this.#delivery.control(dispatch, 'cancelled', revision);
    }
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
      const stats = await this.#delivery.stats(legDispatchId(id, channel));
      if (!stats?.sealed) return undefined;
      const news = newsOf(stats.counts, this.#channels.find(channel)?.arrivesWhenAccepted ?? false);
      return news && { what: 'leg', channel, rule, ...news };
    });
  }

  /** Somebody has read it: the provider says so. */
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

  async #route(notification: Notification): Promise<void> {
    const { order } = notification;
    const now = this.#clock.now();
    if (order.expiresAt !== undefined && now >= order.expiresAt) {
      await this.#apply(order.workspaceId, order.id, () => ({ what: 'expired' }));
      return;
    }
    const type = await this.#types.find(order.workspaceId, order.type);
    if (!type) {
      const words = 'Its type was removed.';
      const reasons = [{ code: 'no_channel_left', words } as const];
      await this.#apply(order.workspaceId, order.id, (_, rule) => ({
        what: 'routed',
        legs: [],
        reasons,
        rule,
      }));
      return;
    }
    const recipient = await this.#recipients.run(order);
    const deferred = this.#deferral(notification, recipient);
    const progress = deferred ?? (await this.#plan.run(order, type, recipient));
    await this.#apply(order.workspaceId, order.id, () => progress);
  }

  /** Quiet hours put off, never past what is asked for: one that would expire in them goes out before. */
  #deferral({ order }: Notification, { profile }: FoundRecipient): Progress | undefined {
    if (order.lane === 'critical' || order.test || !profile?.quietHours) return undefined;
    const until = quietUntil(profile.quietHours, profile.timezone ?? 'UTC', this.#clock.now());
    if (until === undefined || (order.expiresAt !== undefined && until >= order.expiresAt)) return undefined;
    const words = `It is within the recipient's quiet hours, which end at ${new Date(until).toISOString()}.`;
    return { what: 'deferred', until, words };
  }

  async #apply(
    workspaceId: WorkspaceId,
    id: NotificationId,
    choose: Choose,
  ): Promise<Notification | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = await this.#notifications.find(workspaceId, id);
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

  async #start(notification: Notification, leg: Leg): Promise<void> {
    const { order } = notification;
    if (await this.#isTooLate(notification, leg)) return;
    const type = await this.#types.find(order.workspaceId, order.type);
    const dispatch = orderOf(notification, leg, type?.from ?? this.#settings.from);
    await this.#delivery.open(dispatch);
    // Looked at after the opening: whoever gave the leg up before this look is seen here, and whoever does so after it finds
    // the dispatch and stops it. Without it a cancel that came between our decision and the opening would be forgotten.
    const now = await this.#notifications.find(order.workspaceId, order.id);
    if (now?.legs.some(({ channel, state }) => channel === leg.channel && state === 'abandoned'))
      await this.#delivery.control(dispatch.id, 'cancelled', now.revision);
    else await this.#delivery.accept(dispatch.id, recipientsOf(notification, leg));
    await this.#delivery.seal(dispatch.id);
  }

  /** The window in which it might have been sent has closed: it fails without anybody being asked, and the next goes on. */
  async #isTooLate({ order }: Notification, leg: Leg): Promise<boolean> {
    if (await this.#plan.mayStart(leg)) return false;
    // Started before the process died: what has become of it is the backbone's to say.
    if (await this.#delivery.stats(legDispatchId(order.id, leg.channel))) return false;
    const reason = 'the recipient has not written to us lately enough';
    const { channel } = leg;
    const failed = (_: Notification, rule: FallbackRule): Progress => ({
      what: 'leg',
      channel,
      state: 'failed',
      reason,
      rule,
    });
    await this.#apply(order.workspaceId, order.id, failed);
    return true;
  }
}

type Choose = (
  before: Notification,
  rule: FallbackRule,
) => Progress | undefined | Promise<Progress | undefined>;
type News = { readonly state: LegNews; readonly reason?: string };

/** A leg with several devices has got through if one of them has it. */
function newsOf(counts: Readonly<Record<string, number>>, arrives: boolean): News | undefined {
  const has = (...states: string[]): boolean => states.some((state) => (counts[state] ?? 0) > 0);
  if (has('delivered', 'complained')) return { state: 'delivered' };
  if (has('accepted')) return { state: arrives ? 'delivered' : 'sent' };
  if (has('pending', 'submitting')) return undefined;
  if (has('bounced')) return { state: 'bounced' };
  const reason = ['failed', 'dead', 'suppressed', 'expired', 'unknown', 'cancelled'].find((state) =>
    has(state),
  );
  return { state: 'failed', ...(reason !== undefined && { reason: WORDS[reason] ?? reason }) };
}

const WORDS: Readonly<Record<string, string>> = {
  failed: 'the provider refused it',
  dead: 'no provider took it in time',
  suppressed: 'the address is on the suppression list',
  expired: 'it expired',
  unknown: 'nobody knows whether it was sent',
  cancelled: 'it was called off',
};
