import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { WebhookEndpoint, WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import type { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import type { MemoryWebhooks } from './memory-webhooks.js';

export class MemoryWebhookEndpoints implements WebhookEndpoints {
  readonly #memory: MemoryWebhooks;

  constructor(memory: MemoryWebhooks) {
    this.#memory = memory;
  }

  async insert(endpoint: WebhookEndpoint): Promise<'inserted' | 'exists'> {
    if (this.#memory.endpoints.has(endpoint.id)) return 'exists';
    this.#memory.endpoints.set(endpoint.id, endpoint);
    return 'inserted';
  }

  async find(workspaceId: WorkspaceId, id: WebhookEndpointId): Promise<WebhookEndpoint | undefined> {
    return this.#of(workspaceId, id);
  }

  async page(workspaceId: WorkspaceId, { limit, after = '' }: PageRequest): Promise<Page<WebhookEndpoint>> {
    const rows = [...this.#memory.endpoints.values()]
      .filter((endpoint) => endpoint.workspaceId === workspaceId && endpoint.id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const data = rows.slice(0, limit);
    return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  async replace(before: WebhookEndpoint, after: WebhookEndpoint): Promise<'saved' | 'stale'> {
    const found = this.#of(before.workspaceId, before.id);
    if (found?.revision !== before.revision) return 'stale';
    this.#memory.save({ ...after, revision: before.revision });
    return 'saved';
  }

  async remove(workspaceId: WorkspaceId, id: WebhookEndpointId): Promise<boolean> {
    if (!this.#of(workspaceId, id)) return false;
    const { deliveries } = this.#memory;
    for (const { key, endpointId } of [...deliveries.values()]) if (endpointId === id) deliveries.delete(key);
    return this.#memory.endpoints.delete(id);
  }

  #of(workspaceId: WorkspaceId, id: WebhookEndpointId): WebhookEndpoint | undefined {
    const endpoint = this.#memory.endpoints.get(id);
    return endpoint?.workspaceId === workspaceId ? endpoint : undefined;
  }
}
