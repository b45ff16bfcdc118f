import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { WebhookEndpoint, WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';

/**
 * Where customers want to be told of events.
 *
 * Guarantees
 * - `insert` is idempotent by id: `exists` changes nothing.
 * - `replace` writes `after` if the endpoint still has the revision of `before`, and raises the revision; else `stale`, and
 *   nothing has changed. Settling a delivery may change an endpoint too, so whoever is overtaken looks again.
 * - `remove` answers whether there was one. No delivery to it is claimed from then on; what is under way may still go out.
 * - Another workspace's endpoint is never found, replaced or removed.
 * - `page` is in order of id, that is of age.
 */
export interface WebhookEndpoints {
  insert(endpoint: WebhookEndpoint): Promise<'inserted' | 'exists'>;
  find(workspaceId: WorkspaceId, id: WebhookEndpointId): Promise<WebhookEndpoint | undefined>;
  page(workspaceId: WorkspaceId, page: PageRequest): Promise<Page<WebhookEndpoint>>;
  replace(before: WebhookEndpoint, after: WebhookEndpoint): Promise<'saved' | 'stale'>;
  remove(workspaceId: WorkspaceId, id: WebhookEndpointId): Promise<boolean>;
}
export const WebhookEndpoints = Symbol('WebhookEndpoints');
