import { Inject, Injectable } from '@nestjs/common';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { Leg, Notification, NotificationId } from '#domain/communication/model/notification.js';
import type { LegNews } from '#domain/communication/model/progress.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Channels } from '#ports/delivery/channels.js';
import { CommunicationSettings } from './communication-settings.js';
import { legDispatchId, orderOf, recipientsOf } from './notification-dispatch.js';
import { PlanLegs } from './plan-legs.js';

/** What the backbone has come to with a leg. */
export interface News {
  readonly state: LegNews;
  readonly reason?: string;
}

/** The legs of notifications as dispatches of the backbone. All of it may be done twice. */
@Injectable()
export class CarryLegs {
  readonly #types: NotificationTypes;
  readonly #delivery: DeliveryFacade;
  readonly #channels: Channels;
  readonly #settings: CommunicationSettings;
  readonly #plan: PlanLegs;

  constructor(
    @Inject(NotificationTypes) types: NotificationTypes,
    @Inject(DeliveryFacade) delivery: DeliveryFacade,
    @Inject(Channels) channels: Channels,
    @Inject(CommunicationSettings) settings: CommunicationSettings,
    plan: PlanLegs,
  ) {
    this.#types = types;
    this.#delivery = delivery;
    this.#channels = channels;
    this.#settings = settings;
    this.#plan = plan;
  }

  /** The window in which it might have been sent has closed, and nobody has been asked to send it. */
  async isTooLate({ order }: Notification, leg: Leg): Promise<boolean> {
    if (await this.#plan.mayStart(leg)) return false;
    // Started before the process died: what has become of it is the backbone's to say.
    return !(await this.#delivery.stats(legDispatchId(order.id, leg.channel)));
  }

  async start(notification: Notification, leg: Leg): Promise<void> {
    const { order } = notification;
    const type = await this.#types.find(order.workspaceId, order.type);
    const dispatch = orderOf(notification, leg, type?.from ?? this.#settings.from);
    // Whoever gives the leg up before this finds nothing to stop, and is remembered: then nothing of it is sent.
    await this.#delivery.openWhole(dispatch, recipientsOf(notification, leg));
  }

  /** Tells the backbone of the legs that were given up, once more: the process may have died before it was told. */
  async callOff({ order, legs, revision }: Notification): Promise<void> {
    for (const { channel, state, startedAt } of legs) {
      // One that nobody was to start is never opened.
      if (state !== 'abandoned' || startedAt === undefined) continue;
      await this.#delivery.control(legDispatchId(order.id, channel), 'cancelled', revision);
    }
  }

  /** Undefined while there is none. */
  async newsOf(id: NotificationId, channel: string): Promise<News | undefined> {
    const stats = await this.#delivery.stats(legDispatchId(id, channel));
    const news = stats && newsOf(stats.counts, this.#channels.find(channel)?.arrivesWhenAccepted ?? false);
    if (!stats || !news) return undefined;
    // What has got through has, whoever else is still to be asked. That nothing did is said when nobody is to be added.
    return stats.sealed || news.state === 'sent' || news.state === 'delivered' ? news : undefined;
  }
}

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
