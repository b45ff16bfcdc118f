import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { PlannedLeg } from './route.js';

export type NotificationId = Brand<string, 'NotificationId'>;

/** Whom to tell: a user with a profile, or addresses by their kind; both for a user at another address than theirs. */
export interface NotificationTarget {
  readonly userId?: string;
  readonly addresses: Readonly<Record<string, string>>;
}

/** What an application asked for. Never changes. */
export interface NotificationOrder {
  readonly id: NotificationId;
  readonly workspaceId: WorkspaceId;
  readonly type: string;
  readonly lane: Lane;
  readonly to: NotificationTarget;
  readonly data: Readonly<Record<string, unknown>>;
  readonly locale?: string;
  readonly channels?: readonly string[];
  /** Not before. */
  readonly sendAt?: Instant;
  /** Never at or after. */
  readonly expiresAt?: Instant;
  readonly orderingKey?: string;
  /** Decided upon and explained, never sent. */
  readonly test: boolean;
  readonly acceptedAt: Instant;
}

export const legStates = [
  'waiting',
  'sending',
  'sent',
  'delivered',
  'read',
  'bounced',
  'failed',
  'abandoned',
] as const;
/** `abandoned`: not confirmed in time, or called off, and what was still pending of it taken back. */
export type LegState = (typeof legStates)[number];

export interface Leg extends PlannedLeg {
  readonly templateVersion: number;
  readonly state: LegState;
  /** Told of, whatever has become of it besides. */
  readonly wasRead?: boolean;
  readonly startedAt?: Instant;
  readonly reason?: string;
}

export interface TraceEntry {
  readonly at: Instant;
  readonly code: string;
  readonly channel?: string;
  readonly words: string;
  /** Set where the notification came to another status with this. */
  readonly status?: NotificationStatus;
}

/**
 * - `accepted`: nothing has been sent; `dueAt` says when it will be looked at.
 * - `sending`: on its way on at least one channel, taken by no provider yet.
 * - `sent`, `delivered`, `read`: by the best of its legs.
 * - `bounced`, `failed`: no leg is left; by the last of them.
 */
export const notificationStatuses = [
  'accepted',
  'sending',
  'sent',
  'delivered',
  'read',
  'bounced',
  'failed',
  'cancelled',
  'expired',
  'tested',
] as const;
export type NotificationStatus = (typeof notificationStatuses)[number];

export interface Notification {
  readonly order: NotificationOrder;
  readonly status: NotificationStatus;
  readonly legs: readonly Leg[];
  /** When it is to be looked at next; undefined if only news from outside can move it. */
  readonly dueAt: Instant | undefined;
  readonly trace: readonly TraceEntry[];
  /** Rises with every change. */
  readonly revision: number;
  readonly updatedAt: Instant;
}

export function accepted(order: NotificationOrder): Notification {
  return {
    order,
    status: 'accepted',
    legs: [],
    dueAt: order.sendAt ?? order.acceptedAt,
    trace: [],
    revision: 0,
    updatedAt: order.acceptedAt,
  };
}

/** What the others are told when one state follows another; undefined if it looks the same to them. */
export function changeOf(before: Notification, after: Notification): IntegrationEvent | undefined {
  if (before.status === after.status) return undefined;
  return {
    type: 'notification.changed',
    workspaceId: before.order.workspaceId,
    notificationId: before.order.id,
    status: after.status,
    revision: after.revision,
    at: after.updatedAt,
  };
}

/** Nothing will ever be sent of it any more, or has been already: the next of its ordering key may go. */
export function letsOthersPass({ status }: Pick<Notification, 'status'>): boolean {
  return status !== 'accepted' && status !== 'sending';
}

/** One status that a notification came to. */
export interface StatusChange {
  readonly at: Instant;
  readonly status: NotificationStatus;
  /** Where it happened, if it was on one channel. */
  readonly channel?: string;
  /** In words; none for the first. */
  readonly reason?: string;
}

/** Every status it has had, the first being `accepted`, in their order. */
export function statusChanges({ order, status, trace, updatedAt }: Notification): readonly StatusChange[] {
  const changes: StatusChange[] = [{ at: order.acceptedAt, status: 'accepted' }];
  for (const { at, status: to, channel, words } of trace)
    if (to !== undefined)
      changes.push({ at, status: to, reason: words, ...(channel !== undefined && { channel }) });
  // One that was on its way before statuses stood in the trace: of what it came to then only the last is known.
  if (changes.at(-1)?.status !== status) changes.push({ at: updatedAt, status });
  return changes;
}
