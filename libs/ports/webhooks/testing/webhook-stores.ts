import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import { judge } from '#domain/webhooks/model/retry-ladder.js';
import type { WebhookEndpoint, WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import { messageOf, type WebhookMessage } from '#domain/webhooks/model/webhook-message.js';
import type {
  ClaimRequest,
  WebhookClaim,
  WebhookDeliveries,
  WebhookSettlement,
} from '../webhook-deliveries.js';
import type { WebhookEndpoints } from '../webhook-endpoints.js';

export const START = Date.UTC(2026, 0, 1);
export const acme = 'wsp_acme' as WorkspaceId;
export const rival = 'wsp_rival' as WorkspaceId;

export interface WebhookStores {
  readonly endpoints: WebhookEndpoints;
  readonly deliveries: WebhookDeliveries;
  close(): Promise<void>;
}
export type OpenWebhookStores = () => Promise<WebhookStores>;

export function anEndpoint(name: string, more: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  return {
    id: `whe_${name}` as WebhookEndpointId,
    workspaceId: acme,
    url: `https://${name}.example/hooks`,
    events: '*',
    secrets: [{ key: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', createdAt: START }],
    status: { is: 'enabled' },
    failingSince: undefined,
    createdAt: START,
    revision: 0,
    ...more,
  };
}

export function aMessage(
  name: string,
  more: { type?: string; at?: number; workspaceId?: WorkspaceId } = {},
): WebhookMessage {
  const { type = 'message.delivered', at = START, workspaceId = acme } = more;
  return messageOf(workspaceId, { id: `evt_${name}`, type, at, data: { name } });
}

export function aClaimRequest(now: number, more: Partial<ClaimRequest> = {}): ClaimRequest {
  return { max: 100, perEndpoint: 100, held: new Map(), leaseMs: 60_000, now, ...more };
}

export const answered = (status: number): PostOutcome => ({
  kind: 'answered',
  status,
  body: `said ${status}`,
});

/** What a worker would write down of a claim that was answered so. */
export function aSettlement(claim: WebhookClaim, outcome: PostOutcome, at: number): WebhookSettlement {
  const { message, attempts, endpointId } = claim;
  const number = attempts + 1;
  // Sorts by time, as the ids of attempts do.
  const id = `wat_${String(at).padStart(16, '0')}_${endpointId}_${message.id}`;
  const attempt = { id, messageId: message.id, type: message.type, number, at, durationMs: 12, outcome };
  return { attempt, ...judge(number, outcome, at) };
}
