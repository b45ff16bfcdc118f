import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type {
  EndpointStatus,
  EventFilter,
  WebhookEndpoint,
  WebhookEndpointId,
  WebhookSecret,
} from '#domain/webhooks/model/webhook-endpoint.js';
import type {
  WebhookAttempt,
  WebhookMessage,
  WebhookMessageId,
} from '#domain/webhooks/model/webhook-message.js';
import { key, type Item, type Key } from '../engine/keys.js';

/** Partitions of each list that one workspace or endpoint could fill alone: some 500 transactions a second each. */
export const SPREAD = 4;

export interface EndpointItem extends Key {
  readonly id: WebhookEndpointId;
  readonly workspaceId: WorkspaceId;
  readonly url: string;
  readonly events: EventFilter;
  readonly secrets: readonly WebhookSecret[];
  readonly status: EndpointStatus;
  readonly failingSince?: Instant;
  readonly createdAt: Instant;
  readonly revision: number;
}

/** A message by the time it happened: what a replay goes through, and by its index what is to be forgotten. */
export interface LogItem extends Key {
  readonly workspaceId: WorkspaceId;
  readonly id: WebhookMessageId;
  readonly type: string;
  readonly at: Instant;
  readonly enqueuedAt: Instant;
  /** Who was told of it when it came. */
  readonly endpoints: readonly WebhookEndpointId[];
}

export interface MessageItem extends Key, WebhookMessage {
  readonly enqueuedAt: Instant;
}

/** That a message is pending at an endpoint: there is one for as long as it is. It stays where it is while it is under way. */
export interface SlotItem extends Key {
  readonly messageId: WebhookMessageId;
  readonly at: Instant;
}

/** From the first claim on. Pending without one is a message that nobody has claimed yet. */
export interface DeliveryItem extends Key {
  readonly workspaceId: WorkspaceId;
  readonly messageId: WebhookMessageId;
  readonly endpointId: WebhookEndpointId;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly fence: number;
  /** Of its slot, while it is pending. */
  readonly slotAt: Instant;
  readonly leaseUntil?: Instant;
  /** Which look took it: who asks again because an answer was lost knows its own. */
  readonly holder?: string;
  readonly attemptIds?: ReadonlySet<string>;
}

export interface AttemptItem extends Key, WebhookAttempt {}

/** Which endpoint is meant; ids are of their workspaces. */
export interface EndpointName {
  readonly workspaceId: WorkspaceId;
  readonly endpointId: WebhookEndpointId;
}

export function endpointKey(workspaceId: WorkspaceId, id: string): Key {
  return { pk: key('WHE', workspaceId), sk: key(id) };
}

export function endpointItem(endpoint: WebhookEndpoint): Item {
  return { ...endpointKey(endpoint.workspaceId, endpoint.id), ...endpoint };
}

export function endpointOf(item: EndpointItem): WebhookEndpoint {
  const { pk: _, sk: __, failingSince, ...rest } = item;
  return { ...rest, failingSince };
}

export function messageKey(workspaceId: WorkspaceId, id: string): Key {
  return { pk: key('WHM', workspaceId, id), sk: 'MESSAGE' };
}

export function deliveryKey({ workspaceId, endpointId }: EndpointName, messageId: string): Key {
  return { pk: messageKey(workspaceId, messageId).pk, sk: key('TO', endpointId) };
}

/** The partitions of an endpoint's slots. */
export function slotPartitions({ workspaceId, endpointId }: EndpointName): readonly string[] {
  return [...Array(SPREAD).keys()].map((shard) => key('WHQ', workspaceId, endpointId, shard));
}

export function slotItem(endpoint: EndpointName, messageId: WebhookMessageId, at: Instant): SlotItem {
  const { workspaceId, endpointId } = endpoint;
  const pk = key('WHQ', workspaceId, endpointId, shardOf(messageId));
  return { pk, sk: key(at, messageId), messageId, at };
}

export function logPartitions(workspaceId: WorkspaceId): readonly string[] {
  return [...Array(SPREAD).keys()].map((shard) => key('WHLOG', workspaceId, shard));
}

/** Partitions of the index of what may be forgotten. */
export const AGED = [...Array(SPREAD).keys()].map((shard) => key('WHOLD', shard));

export function logItem(
  message: WebhookMessage,
  enqueuedAt: Instant,
  endpoints: readonly WebhookEndpointId[],
): Item {
  const { workspaceId, id, type, at } = message;
  return {
    pk: key('WHLOG', workspaceId, shardOf(id)),
    sk: key(at, id),
    gsi1pk: key('WHOLD', shardOf(id)),
    gsi1sk: key(at, workspaceId, id),
    ...{ workspaceId, id, type, at, enqueuedAt, endpoints },
  };
}

export function attemptPartitions({ workspaceId, endpointId }: EndpointName): readonly string[] {
  return [...Array(SPREAD).keys()].map((shard) => key('WHA', workspaceId, endpointId, shard));
}

export function attemptKey({ workspaceId, endpointId }: EndpointName, id: string): Key {
  return { pk: key('WHA', workspaceId, endpointId, shardOf(id)), sk: key(id) };
}

/** The same for the same text, in every process and version: things are found by it. FNV-1a. */
export function shardOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return ((hash ^ (hash >>> 15)) >>> 0) % SPREAD;
}
