import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import {
  accepted,
  type Notification,
  type NotificationId,
  type NotificationOrder,
  type NotificationStatus,
} from '#domain/communication/model/notification.js';
import { type Device, noPreferences, type Profile } from '#domain/communication/model/profile.js';
import type { Inbox } from '../inbox.js';
import type { NotificationTypes } from '../notification-types.js';
import type { Notifications } from '../notifications.js';
import type { Profiles } from '../profiles.js';

/** One empty set of the stores of this context. */
export interface CommunicationStores {
  readonly types: NotificationTypes;
  readonly profiles: Profiles;
  readonly notifications: Notifications;
  readonly inbox: Inbox;
  /** Every integration event committed since it was opened, oldest first. */
  untold(): Promise<readonly IntegrationEvent[]>;
  close(): Promise<void>;
}
export type OpenCommunicationStores = () => Promise<CommunicationStores>;

let lastId = 0;

/** Ids rise as they are made. */
export function nextId<T extends string>(prefix: string): T {
  lastId += 1;
  return `${prefix}_${String(lastId).padStart(26, '0')}` as T;
}

export function aType(change: Partial<NotificationType> = {}): NotificationType {
  return {
    workspaceId: acme,
    type: 'receipt',
    category: 'general',
    lane: 'standard',
    mandatory: false,
    channels: ['push', 'email'],
    fallback: { mode: 'fallback' },
    templates: { push: { default: 'tpl_1' }, email: { default: 'tpl_2', 'de-AT': 'tpl_3' } },
    requiredData: ['order.total'],
    revision: 0,
    createdAt: START,
    updatedAt: START,
    ...change,
  };
}

export function aProfile(change: Partial<Profile> = {}): Profile {
  return {
    workspaceId: acme,
    userId: 'anna',
    addresses: { email: 'anna@example.com', phone: '+4366012345678' },
    preferences: noPreferences,
    revision: 0,
    createdAt: START,
    updatedAt: START,
    ...change,
  };
}

export function aDevice(change: Partial<Device> = {}): Device {
  const id = nextId('dev');
  return {
    id,
    workspaceId: acme,
    userId: 'anna',
    platform: 'android',
    address: `token:${id}`,
    createdAt: START,
    ...change,
  };
}

/** One that has just been accepted and is due at once, unless the order says otherwise. */
export function aNotification(
  order: Partial<NotificationOrder> = {},
  change: Partial<Omit<Notification, 'order'>> = {},
): Notification {
  const whole = {
    id: nextId<NotificationId>('ntf'),
    workspaceId: acme,
    type: 'receipt',
    lane: 'standard' as const,
    to: { userId: 'anna', addresses: {} },
    data: { order: { total: '12,50 €' } },
    test: false,
    acceptedAt: START,
    ...order,
  };
  return { ...accepted(whole), ...change };
}

/** The same after one more decision. */
export function moved<T extends { readonly revision: number }>(before: T, change: Partial<T>): T {
  return { ...before, ...change, revision: before.revision + 1 };
}

/** Nothing is to be done of it any more. */
export function ended(before: Notification, status: NotificationStatus = 'sent'): Notification {
  return moved<Notification>(before, { status, dueAt: undefined });
}

export function anInboxItem(change: Partial<InboxItem> = {}): InboxItem {
  const id = nextId('inb');
  return {
    id,
    workspaceId: acme,
    userId: 'anna',
    deliveryId: `dlv_of_${id}`,
    type: 'receipt',
    title: 'Your receipt',
    body: 'Thank you for 12,50 €',
    data: { order: { total: '12,50 €' } },
    state: 'unseen',
    createdAt: START,
    ...change,
  };
}
