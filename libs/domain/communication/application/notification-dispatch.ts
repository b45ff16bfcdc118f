import type { DispatchId, DispatchOrder } from '#domain/delivery/model/dispatch.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { NotificationId, Leg, Notification } from '#domain/communication/model/notification.js';

/**
 * A leg is a dispatch of its own: (notification, channel) is the identity, so starting a leg twice makes one. Its id is the
 * notification's with the channel's two letters, `nsm_…` for SMS.
 */
export function legDispatchId(id: NotificationId, channel: string): DispatchId {
  return `n${channelCode(channel)}_${id.slice(id.indexOf('_') + 1)}` as DispatchId;
}

/** The notification and channel code of a leg's dispatch; undefined for a dispatch of somebody else's. */
export function parseLegDispatchId(id: string): { id: NotificationId; code: string } | undefined {
  const [, code, ulid] = /^n([a-z]{2})_([0-9a-hjkmnp-tv-z]{26})$/.exec(id) ?? [];
  if (code === undefined || ulid === undefined || code === 'tf') return undefined;
  return { id: `ntf_${ulid}` as NotificationId, code };
}

/** The first two letters: `em`, `sm`, `wh`, `pu`, `in`. Two channels of one type must not share them. */
export function channelCode(channel: string): string {
  return channel.slice(0, 2).padEnd(2, 'x');
}

/** Milliseconds in which a message must have found a provider, by lane: nobody waits a day for a code. */
const GIVE_UP_AFTER_MS = { critical: 15 * 60_000, standard: 24 * 3_600_000, bulk: 48 * 3_600_000 } as const;

/** What the backbone is asked to do for a leg: always the same for the same leg, so it may be asked again. */
export function orderOf({ order }: Notification, leg: Leg, from: string): DispatchOrder {
  const startedAt = leg.startedAt ?? order.acceptedAt;
  return {
    id: legDispatchId(order.id, leg.channel),
    workspaceId: order.workspaceId,
    channel: leg.channel,
    lane: order.lane,
    purpose: 'transactional',
    refersTo: 'user',
    // A second copy of a code is better than none; whoever sends in bulk would rather have none.
    unknownPolicy: order.lane === 'bulk' ? 'park' : 'resend',
    content: {
      templateId: leg.templateId,
      templateVersion: leg.templateVersion,
      from,
      // What an inbox item is filed under.
      data: { notificationType: order.type },
    },
    ...(order.expiresAt !== undefined && { expiresAt: order.expiresAt }),
    giveUpAt: startedAt + GIVE_UP_AFTER_MS[order.lane],
  };
}

export function recipientsOf({ order }: Notification, leg: Leg): Recipient[] {
  const data = JSON.stringify({ ...order.data, ...(order.locale !== undefined && { locale: order.locale }) });
  return leg.addresses.map((address) => ({ address, ref: order.to.userId ?? '', data }));
}
