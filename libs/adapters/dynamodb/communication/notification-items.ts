import { createHash } from 'node:crypto';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import {
  letsOthersPass,
  type Notification,
  type NotificationOrder,
  type NotificationStatus,
} from '#domain/communication/model/notification.js';
import type { Write } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { placeOf } from './newest-first.js';
import type { StoredProgress } from './notification-progress.js';

/** Partitions that something is spread over. What is written under a number is found under it: they never change. */
export interface NotificationShards {
  /** Of what is due in a lane; each look asks all of them. */
  readonly due: number;
  /** Of a list by type or status. */
  readonly listed: number;
}

export const SHARDS: NotificationShards = { due: 16, listed: 8 };

export interface NotificationItem extends Key, StoredProgress {
  readonly id: string;
  readonly workspaceId: string;
  /** As JSON. */
  readonly order: string;
  readonly status: NotificationStatus;
  readonly dueAt?: number;
  /** The place among those of its ordering key. */
  readonly keyNo?: number;
  readonly revision: number;
  readonly updatedAt: number;
}

/** Where to look at the time: the earliest first. */
export interface DueItem extends Key {
  readonly id: string;
  readonly dueAt: number;
  readonly workspaceId?: string;
  readonly orderingKey?: string;
  readonly keyNo?: number;
}

/** What has to be known of a notification to say where its items stand. */
export interface Located {
  readonly order: NotificationOrder;
  readonly keyNo: number | undefined;
}

export function notificationPlace(id: string): Key {
  return { pk: key('NTF', id), sk: 'NTF' };
}

function listingPlace(id: string): Key {
  return { pk: key('NTF', id), sk: 'LISTING' };
}

export function duePartition(lane: Lane, shard: number): string {
  return key('NTFDUE', lane, shard);
}

export function shardOf(id: string, of: number): number {
  return createHash('sha256').update(id).digest().readUInt32BE() % of;
}

export function dueItem({ order, keyNo }: Located, dueAt: number, shards: NotificationShards): DueItem {
  const { id, lane, workspaceId, orderingKey } = order;
  const place = { pk: duePartition(lane, shardOf(id, shards.due)), sk: key(dueAt, id) };
  return {
    ...place,
    id,
    dueAt,
    ...(orderingKey !== undefined && { workspaceId, orderingKey, keyNo: keyNo ?? 0 }),
  };
}

/** The notification itself; refused if its id is known. */
export function insertion(
  { order, status, dueAt, revision, updatedAt }: Notification,
  json: { readonly order: string; readonly progress: StoredProgress },
  keyNo: number | undefined,
): Write {
  const { id, workspaceId } = order;
  const item = { id, workspaceId, status, dueAt, keyNo, revision, updatedAt, ...json.progress };
  return {
    kind: 'put',
    item: { ...notificationPlace(id), ...item, order: json.order },
    if: when`attribute_not_exists(pk)`,
  };
}

/** The next state of it; refused if another has made one meanwhile. */
export function change(before: Notification, after: Notification, progress: StoredProgress): Write {
  const { status, dueAt, revision, updatedAt } = after;
  return {
    kind: 'update',
    key: notificationPlace(before.order.id),
    change: fields({ status, dueAt, revision, updatedAt, ...progress }),
    if: when`#revision = ${before.revision} AND #workspaceId = ${before.order.workspaceId}`,
  };
}

/** Of the lists people look through: small, for the indexes copy all of it with each change. */
export function listing({ order, status }: Notification, no: number, shards: NotificationShards): Write {
  const { id, workspaceId, type, to: target } = order;
  const place = placeOf(no, id);
  const shard = shardOf(id, shards.listed);
  return {
    kind: 'put',
    item: {
      ...listingPlace(id),
      ...{ id, place, type, status },
      ...{ gsi1pk: byType(workspaceId, type, shard), gsi1sk: place },
      ...(target.userId !== undefined && { gsi2pk: byUser(workspaceId, target.userId), gsi2sk: place }),
      ...{ gsi3pk: byStatus(workspaceId, status, shard), gsi3sk: place },
    },
  };
}

export function relisting({ order, status }: Notification, shards: NotificationShards): Write {
  const { id, workspaceId } = order;
  const gsi3pk = byStatus(workspaceId, status, shardOf(id, shards.listed));
  return { kind: 'update', key: listingPlace(id), change: fields({ status, gsi3pk }) };
}

export const byType = (workspaceId: string, type: string, shard: number): string =>
  key('NTFTYPE', workspaceId, type, shard);
export const byUser = (workspaceId: string, userId: string): string => key('NTFUSER', workspaceId, userId);
export const byStatus = (workspaceId: string, status: NotificationStatus, shard: number): string =>
  key('NTFSTATUS', workspaceId, status, shard);

export function holdsOthersUp(notification: Pick<Notification, 'order' | 'status'>): boolean {
  return notification.order.orderingKey !== undefined && !letsOthersPass(notification);
}
