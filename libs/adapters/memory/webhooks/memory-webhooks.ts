import type { Instant } from '#domain/kernel/brand.js';
import type { WebhookEndpoint, WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import type { WebhookAttempt, WebhookMessage } from '#domain/webhooks/model/webhook-message.js';

export interface StoredDelivery {
  readonly key: string;
  readonly endpointId: WebhookEndpointId;
  readonly message: WebhookMessage;
  status: 'pending' | 'delivered' | 'failed';
  attempts: number;
  /** When it is due, or when its lease ends. */
  visibleAt: Instant;
  fence: number;
}

export interface StoredAttempt {
  readonly endpointId: WebhookEndpointId;
  readonly message: WebhookMessage;
  readonly attempt: WebhookAttempt;
}

/** What the two stores of webhooks share, where a database has tables. */
export class MemoryWebhooks {
  readonly endpoints = new Map<WebhookEndpointId, WebhookEndpoint>();
  readonly messages = new Map<string, WebhookMessage>();
  readonly deliveries = new Map<string, StoredDelivery>();
  attempts: StoredAttempt[] = [];

  /** Writes it back with a revision one higher. */
  save(endpoint: WebhookEndpoint): void {
    this.endpoints.set(endpoint.id, { ...endpoint, revision: endpoint.revision + 1 });
  }
}

export function messageKey({ workspaceId, id }: Pick<WebhookMessage, 'workspaceId' | 'id'>): string {
  return `${workspaceId}\u0000${id}`;
}

export function deliveryKey(message: WebhookMessage, endpointId: WebhookEndpointId): string {
  return `${messageKey(message)}\u0000${endpointId}`;
}
