import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';

/** Something customers may want to be told of. */
export interface PublishedEvent {
  /** `evt_…`. Made from what happened, so that telling of it again tells of the same; the `webhook-id` of every post. */
  readonly id: string;
  /** `message.delivered`: what endpoints choose by. */
  readonly type: string;
  readonly at: Instant;
  /** Plain JSON. No secrets: it goes to whoever the customer has named. */
  readonly data: unknown;
}

/** What the rest of Posthorn may ask of the webhooks. */
export interface WebhooksFacade {
  /**
   * When it resolves a delivery to every enabled endpoint of the workspace that wants such events is durable; each of them
   * is told at least once, within the ladder of retries. Idempotent by the event's id. Costs next to nothing where a
   * workspace has no endpoint that wants it, and then keeps nothing.
   */
  publish(workspaceId: WorkspaceId, event: PublishedEvent): Promise<void>;

  /** Whether anybody would be told of such an event: asked before something is looked up for it. Writes nothing. */
  isWanted(workspaceId: WorkspaceId, type: string): Promise<boolean>;
}
export const WebhooksFacade = Symbol('WebhooksFacade');
