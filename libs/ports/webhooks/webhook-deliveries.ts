import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Judgement } from '#domain/webhooks/model/retry-ladder.js';
import type { WebhookEndpointId, WebhookSecret } from '#domain/webhooks/model/webhook-endpoint.js';
import type {
  WebhookAttempt,
  WebhookMessage,
  WebhookMessageId,
} from '#domain/webhooks/model/webhook-message.js';

/** One delivery, held by one worker until its lease ends. */
export interface WebhookClaim {
  /** The delivery, as only the store understands it. */
  readonly delivery: string;
  readonly fence: number;
  readonly endpointId: WebhookEndpointId;
  readonly message: WebhookMessage;
  /** Made before this one, since it was published or replayed. */
  readonly attempts: number;
  readonly url: string;
  readonly secrets: readonly WebhookSecret[];
}

export interface ClaimRequest {
  readonly max: number;
  /** Posts to one endpoint at once (see `roomOf` for one that fails). */
  readonly perEndpoint: number;
  /** How many of each endpoint the caller has under way already. */
  readonly held: ReadonlyMap<WebhookEndpointId, number>;
  readonly leaseMs: number;
  readonly now: Instant;
}

export interface Claimed {
  readonly claims: readonly WebhookClaim[];
  /** When the next delivery of an endpoint that has room is due, or a lease ends; undefined where there is none. */
  readonly nextDueAt: Instant | undefined;
}

export interface WebhookSettlement extends Judgement {
  readonly attempt: WebhookAttempt;
}

/**
 * What is to be told to whom, and what came of it.
 *
 * Guarantees
 * - `enqueue`: when it resolves the message and one pending delivery for each enabled endpoint of its workspace that wants it
 *   are durable, all or none. Idempotent by (workspace, message id). A message that no endpoint wants, enabled or not, is not
 *   kept. With `only` it goes to that endpoint alone, whatever it wants.
 * - `isWanted`: whether an endpoint of the workspace, enabled or not, wants messages of a type. Writes nothing, and sees
 *   every endpoint that was acknowledged before it was asked.
 * - `claim` answers deliveries that are due at enabled endpoints, no more of one endpoint than it has room for, those first
 *   whose endpoint has waited longest. A claimed delivery is hidden until its lease ends; then it is claimed again, with a
 *   higher fence: so each is told at least once, and twice where a worker died in between.
 * - `settle` writes state, attempt and the endpoint's health (`healthAfter`, applied to what the health is then) together.
 *   `stale`, and nothing is written, where the delivery was claimed again meanwhile or its endpoint is gone. `disabled` where
 *   it is this settlement that disabled the endpoint.
 * - Deliveries of a disabled endpoint stay as they are and are claimed again once it is enabled.
 * - `replay` makes a delivery pending, due now, its attempts at 0, whatever had become of it; one that is pending stays as it
 *   is. False where the message is not kept.
 * - `replaySince` does so for the messages of the workspace that happened at `since` or later and that the endpoint wants
 *   (never for tests), up to `limit` a call in order of time; `next` continues.
 * - `attempts` is newest first, and sees what was settled before it was asked.
 * - `claim` may find a delivery some moments after another process enqueued it, and what became pending again; so may `purge`
 *   what is old enough.
 * - `purge` forgets messages that happened before an instant with all that belongs to them, up to `limit`, and answers how
 *   many it forgot.
 * - `onWork` is a hint to claim, and may be missed: another process may have enqueued.
 */
export interface WebhookDeliveries {
  enqueue(
    message: WebhookMessage,
    now: Instant,
    only?: WebhookEndpointId,
  ): Promise<{ readonly deliveries: number }>;
  isWanted(workspaceId: WorkspaceId, type: string): Promise<boolean>;
  claim(request: ClaimRequest): Promise<Claimed>;
  settle(claim: WebhookClaim, settlement: WebhookSettlement): Promise<'settled' | 'disabled' | 'stale'>;
  attempts(
    workspaceId: WorkspaceId,
    endpointId: WebhookEndpointId,
    page: PageRequest,
  ): Promise<Page<WebhookAttempt>>;
  replay(
    workspaceId: WorkspaceId,
    endpointId: WebhookEndpointId,
    messageId: WebhookMessageId,
    now: Instant,
  ): Promise<boolean>;
  replaySince(
    workspaceId: WorkspaceId,
    endpointId: WebhookEndpointId,
    since: Instant,
    page: PageRequest,
    now: Instant,
  ): Promise<{ readonly replayed: number; readonly next: string | null }>;
  purge(before: Instant, limit: number): Promise<number>;
  onWork(wake: () => void): () => void;
}
export const WebhookDeliveries = Symbol('WebhookDeliveries');
