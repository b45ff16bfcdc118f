import type { Instant } from '#domain/kernel/brand.js';
import type { PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import type { WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import type { ReadUrl } from '#domain/webhooks/model/webhook-url.js';

export interface WebhookPost {
  readonly url: string;
  readonly id: WebhookMessageId;
  /** When this attempt is made; signed with the rest, so that a receiver can tell a stale post. */
  readonly at: Instant;
  readonly body: string;
  /** `whsec_…`, one signature for each, the newest first. */
  readonly keys: readonly string[];
  /** From now until a status has come. */
  readonly timeoutMs: number;
  /** Bytes of the answer's body that are kept, at most 64 KiB; KEPT_ANSWER_BYTES if left out. */
  readonly keptBytes?: number;
}

/**
 * Posts to addresses that strangers have named.
 *
 * Guarantees
 * - `read` tells whether a URL would be dialled at all, and how it is written when normalised. No I/O.
 * - `post` sends the body as it is, signed by Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature`), at
 *   most once, and never throws. Unless the target allows private addresses, no byte and no connection goes to one: what
 *   the name leads to is checked when it is dialled, and what was checked is what is dialled. Redirects are not followed.
 * - An answer counts once its status has come in time; of its body the beginning is kept (`keptBytes`) and no more than a
 *   bounded part is read.
 */
export interface WebhookTransport {
  read(url: string): ReadUrl;
  post(post: WebhookPost): Promise<PostOutcome>;
}
export const WebhookTransport = Symbol('WebhookTransport');
