import type { WorkspaceId } from '#domain/kernel/brand.js';
import type {
  DisableReason,
  EndpointHealth,
  EventFilter,
  WebhookEndpoint,
  WebhookEndpointId,
  WebhookSecret,
} from '#domain/webhooks/model/webhook-endpoint.js';
import type { SqlParams } from '../engine/store.js';

export interface EndpointRow {
  readonly no: number;
  readonly id: WebhookEndpointId;
  readonly workspace_id: WorkspaceId;
  readonly url: string;
  readonly events: string;
  readonly secrets: string;
  readonly enabled: number;
  readonly disabled_reason: DisableReason | null;
  readonly disabled_at: number | null;
  readonly failing_since: number | null;
  readonly created_at: number;
  readonly revision: number;
}

export function healthParams({ status, failingSince }: EndpointHealth): SqlParams {
  const off = status.is === 'disabled' ? status : undefined;
  return {
    enabled: off ? 0 : 1,
    reason: off?.reason ?? null,
    disabledAt: off?.at ?? null,
    failingSince: failingSince ?? null,
  };
}

/** What may change, and what says which endpoint it is. */
export function endpointParams(endpoint: WebhookEndpoint): SqlParams {
  const { id, workspaceId, url, events, secrets, revision } = endpoint;
  return {
    id,
    workspace: workspaceId,
    url,
    events: JSON.stringify(events),
    secrets: JSON.stringify(secrets),
    revision,
    ...healthParams(endpoint),
  };
}

export function endpointOf(row: EndpointRow): WebhookEndpoint {
  const { disabled_reason: reason, disabled_at: at } = row;
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    url: row.url,
    events: JSON.parse(row.events) as EventFilter,
    secrets: JSON.parse(row.secrets) as WebhookSecret[],
    status: reason === null || at === null ? { is: 'enabled' } : { is: 'disabled', reason, at },
    failingSince: row.failing_since ?? undefined,
    createdAt: row.created_at,
    revision: row.revision,
  };
}
