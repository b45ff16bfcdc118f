import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import { parseDeliveryId } from '#domain/delivery/model/delivery.js';

export const inboxStates = ['unseen', 'seen', 'read', 'archived'] as const;
/** A step back is never taken: seeing what was read leaves it read. */
export type InboxState = (typeof inboxStates)[number];

/** A notification as it lies in a user's inbox. */
export interface InboxItem {
  /** `inb_…` */
  readonly id: string;
  readonly workspaceId: WorkspaceId;
  readonly userId: string;
  /** The delivery that put it here: its identity. */
  readonly deliveryId: string;
  readonly type: string;
  readonly title: string;
  readonly body: string;
  readonly url?: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly state: InboxState;
  readonly createdAt: Instant;
  readonly seenAt?: Instant;
  readonly readAt?: Instant;
  readonly archivedAt?: Instant;
}

/** How many of a user's items are in each state that asks for attention. */
export interface InboxCounts {
  readonly unseen: number;
  readonly unread: number;
}

/** Undefined if that would be no step forward. */
export function advance(
  item: InboxItem,
  to: Exclude<InboxState, 'unseen'>,
  now: Instant,
): InboxItem | undefined {
  if (inboxStates.indexOf(to) <= inboxStates.indexOf(item.state)) return undefined;
  return {
    ...item,
    state: to,
    ...(item.seenAt === undefined && { seenAt: now }),
    ...(to === 'read' && item.readAt === undefined && { readAt: now }),
    ...(to === 'archived' && { archivedAt: now }),
  };
}

/**
 * What the others are told when an item has been read: what a provider tells of a mail that was opened. Here the provider is
 * our own storage. Undefined for one that no delivery of ours has put here.
 */
export function readingOf({ workspaceId, deliveryId, readAt }: InboxItem): IntegrationEvent | undefined {
  const delivery = parseDeliveryId(deliveryId);
  if (!delivery || readAt === undefined) return undefined;
  return { type: 'delivery.reported', workspaceId, ...delivery, kind: 'read', at: readAt };
}
