import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { PostOutcome } from './post-outcome.js';

export type WebhookMessageId = Brand<string, 'WebhookMessageId'>;

/** Something that happened, as the endpoints of a workspace are told of it. */
export interface WebhookMessage {
  /** `evt_…`: the `webhook-id` of every post of it, to every endpoint. Unique within its workspace. */
  readonly id: WebhookMessageId;
  readonly workspaceId: WorkspaceId;
  readonly type: string;
  /** When it happened. */
  readonly at: Instant;
  /** The bytes that are posted, as text: frozen, so that every attempt says the same. */
  readonly body: string;
}

/** What a message about nothing is called: it only shows that the endpoint can be reached. */
export const TEST_EVENT = 'webhook.test';

/** One try to tell one endpoint of one message. */
export interface WebhookAttempt {
  /** `wat_…` */
  readonly id: string;
  readonly messageId: WebhookMessageId;
  readonly type: string;
  /** From 1; a replay counts from 1 again. */
  readonly number: number;
  readonly at: Instant;
  readonly durationMs: number;
  readonly outcome: PostOutcome;
}

/** The body has the shape that Standard Webhooks 1.0 advises: `type`, `timestamp`, `data`. */
export function messageOf(
  workspaceId: WorkspaceId,
  event: { readonly id: string; readonly type: string; readonly at: Instant; readonly data: unknown },
): WebhookMessage {
  const { id, type, at, data } = event;
  const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
  return { id: id as WebhookMessageId, workspaceId, type, at, body };
}
