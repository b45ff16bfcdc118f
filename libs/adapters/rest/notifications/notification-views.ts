import type { Instant } from '#domain/kernel/brand.js';
import { type Notification, statusChanges } from '#domain/communication/model/notification.js';
import type { NotificationEventsView, NotificationView, TraceView } from './notification.view.js';

export function notificationView({ order, status, legs, updatedAt }: Notification): NotificationView {
  return {
    id: order.id,
    type: order.type,
    lane: order.lane,
    status,
    userId: order.to.userId ?? null,
    legs: legs.map(({ channel, state, startedAt, reason }) => ({
      channel,
      state,
      startedAt: time(startedAt),
      reason: reason ?? null,
    })),
    orderingKey: order.orderingKey ?? null,
    sendAt: time(order.sendAt),
    expiresAt: time(order.expiresAt),
    test: order.test,
    acceptedAt: new Date(order.acceptedAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

export function eventsView(notification: Notification): NotificationEventsView {
  const data = statusChanges(notification).map(({ at, status, channel, reason }) => ({
    at: new Date(at).toISOString(),
    status,
    channel: channel ?? null,
    reason: reason ?? null,
  }));
  return { id: notification.order.id, status: notification.status, data };
}

export function traceView({ order, status, trace }: Notification): TraceView {
  const data = trace.map(({ at, code, channel, words }) => ({
    at: new Date(at).toISOString(),
    code,
    channel: channel ?? null,
    words,
  }));
  return { id: order.id, status, data };
}

function time(at: Instant | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
