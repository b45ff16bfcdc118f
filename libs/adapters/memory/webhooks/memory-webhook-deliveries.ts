import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import {
  healthAfter,
  roomOf,
  wants,
  type WebhookEndpoint,
  type WebhookEndpointId,
} from '#domain/webhooks/model/webhook-endpoint.js';
import {
  TEST_EVENT,
  type WebhookAttempt,
  type WebhookMessage,
  type WebhookMessageId,
} from '#domain/webhooks/model/webhook-message.js';
import type {
  Claimed,
  ClaimRequest,
  WebhookClaim,
  WebhookDeliveries,
  WebhookSettlement,
} from '#ports/webhooks/webhook-deliveries.js';
import { deliveryKey, type MemoryWebhooks, messageKey, type StoredDelivery } from './memory-webhooks.js';

export class MemoryWebhookDeliveries implements WebhookDeliveries {
  readonly #memory: MemoryWebhooks;
  readonly #listeners = new Set<() => void>();

  constructor(memory: MemoryWebhooks) {
    this.#memory = memory;
  }

  async enqueue(
    message: WebhookMessage,
    now: Instant,
    only?: WebhookEndpointId,
  ): Promise<{ readonly deliveries: number }> {
    const { messages, endpoints } = this.#memory;
    if (messages.has(messageKey(message))) return { deliveries: 0 };
    const wanting = [...endpoints.values()].filter(
      ({ id, workspaceId, events }) =>
        workspaceId === message.workspaceId &&
        (only === undefined ? wants(events, message.type) : id === only),
    );
    if (wanting.length === 0) return { deliveries: 0 };
    messages.set(messageKey(message), message);
    const enabled = wanting.filter(({ status }) => status.is === 'enabled');
    for (const { id } of enabled) this.#makePending(message, id, now);
    if (enabled.length > 0) this.#wake();
    return { deliveries: enabled.length };
  }

  async isWanted(workspaceId: WorkspaceId, type: string): Promise<boolean> {
    return [...this.#memory.endpoints.values()].some(
      (endpoint) => endpoint.workspaceId === workspaceId && wants(endpoint.events, type),
    );
  }

  async claim({ max, perEndpoint, held, leaseMs, now }: ClaimRequest): Promise<Claimed> {
    const holding = new Map(held);
    const hasRoom = ({ id, failingSince }: WebhookEndpoint): boolean =>
      roomOf(failingSince, perEndpoint) > (holding.get(id) ?? 0);
    const claims: WebhookClaim[] = [];
    let nextDueAt: Instant | undefined;
    for (const delivery of this.#pending()) {
      const endpoint = this.#memory.endpoints.get(delivery.endpointId);
      if (endpoint?.status.is !== 'enabled' || !hasRoom(endpoint)) continue;
      if (delivery.visibleAt <= now && claims.length < max) {
        delivery.visibleAt = now + leaseMs;
        delivery.fence += 1;
        holding.set(endpoint.id, (holding.get(endpoint.id) ?? 0) + 1);
        claims.push(claimOf(delivery, endpoint));
      }
    }
    for (const delivery of this.#pending()) {
      const endpoint = this.#memory.endpoints.get(delivery.endpointId);
      if (endpoint?.status.is === 'enabled' && hasRoom(endpoint)) {
        nextDueAt = delivery.visibleAt;
        break;
      }
    }
    return { claims, nextDueAt };
  }

  async settle(
    claim: WebhookClaim,
    settlement: WebhookSettlement,
  ): Promise<'settled' | 'disabled' | 'stale'> {
    const delivery = this.#memory.deliveries.get(claim.delivery);
    const endpoint = this.#memory.endpoints.get(claim.endpointId);
    if (!endpoint || delivery?.status !== 'pending' || delivery.fence !== claim.fence) return 'stale';
    const { state, effect, attempt } = settlement;
    delivery.status = state.status;
    delivery.attempts = attempt.number;
    delivery.fence += 1;
    if (state.status === 'pending') delivery.visibleAt = state.dueAt;
    this.#memory.attempts.push({ endpointId: endpoint.id, message: delivery.message, attempt });
    const health = healthAfter(endpoint, effect, attempt.at);
    if (health.status !== endpoint.status || health.failingSince !== endpoint.failingSince)
      this.#memory.save({ ...endpoint, ...health });
    return health.status !== endpoint.status ? 'disabled' : 'settled';
  }

  async attempts(
    workspaceId: WorkspaceId,
    endpointId: WebhookEndpointId,
    { limit, after }: PageRequest,
  ): Promise<Page<WebhookAttempt>> {
    const rows = this.#memory.attempts
      .filter((row) => row.endpointId === endpointId && row.message.workspaceId === workspaceId)
      .map(({ attempt }) => attempt)
      .filter(({ id }) => after === undefined || id < after)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const data = rows.slice(0, limit);
    return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  async replay(
    workspaceId: WorkspaceId,
    endpointId: WebhookEndpointId,
    messageId: WebhookMessageId,
    now: Instant,
  ): Promise<boolean> {
    const message = this.#memory.messages.get(messageKey({ workspaceId, id: messageId }));
    const endpoint = this.#memory.endpoints.get(endpointId);
    if (!message || endpoint?.workspaceId !== workspaceId) return false;
    this.#makePending(message, endpointId, now);
    this.#wake();
    return true;
  }

  async replaySince(
    workspaceId: WorkspaceId,
    endpointId: WebhookEndpointId,
    since: Instant,
    { limit, after }: PageRequest,
    now: Instant,
  ): Promise<{ readonly replayed: number; readonly next: string | null }> {
    const endpoint = this.#memory.endpoints.get(endpointId);
    if (endpoint?.workspaceId !== workspaceId) return { replayed: 0, next: null };
    const all = [...this.#memory.messages.values()]
      .filter((message) => message.workspaceId === workspaceId && message.at >= since)
      .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    const start = after === undefined ? 0 : Number(after);
    const page = all.slice(start, start + limit);
    const wanted = page.filter(({ type }) => type !== TEST_EVENT && wants(endpoint.events, type));
    for (const message of wanted) this.#makePending(message, endpointId, now);
    if (wanted.length > 0) this.#wake();
    return { replayed: wanted.length, next: start + limit < all.length ? String(start + limit) : null };
  }

  async purge(before: Instant, limit: number): Promise<number> {
    const old = [...this.#memory.messages.values()]
      .filter(({ at }) => at < before)
      .sort((a, b) => a.at - b.at)
      .slice(0, limit);
    const { messages, deliveries } = this.#memory;
    for (const message of old) {
      messages.delete(messageKey(message));
      for (const one of [...deliveries.values()]) if (one.message === message) deliveries.delete(one.key);
      this.#memory.attempts = this.#memory.attempts.filter((row) => row.message !== message);
    }
    return old.length;
  }

  onWork(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  #makePending(message: WebhookMessage, endpointId: WebhookEndpointId, now: Instant): void {
    const key = deliveryKey(message, endpointId);
    const before = this.#memory.deliveries.get(key);
    if (before?.status === 'pending') return;
    const fence = before?.fence ?? 0;
    const pending = { status: 'pending', attempts: 0, visibleAt: now, fence } as const;
    this.#memory.deliveries.set(key, { key, endpointId, message, ...pending });
  }

  /** The earliest first. */
  #pending(): StoredDelivery[] {
    const pending = [...this.#memory.deliveries.values()].filter(({ status }) => status === 'pending');
    return pending.sort((a, b) => a.visibleAt - b.visibleAt);
  }

  #wake(): void {
    for (const wake of this.#listeners) wake();
  }
}

function claimOf(delivery: StoredDelivery, { url, secrets }: WebhookEndpoint): WebhookClaim {
  const { key, fence, endpointId, message, attempts } = delivery;
  return { delivery: key, fence, endpointId, message, attempts, url, secrets };
}
