import { KEPT_ANSWER_BYTES, type PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import { readWebhookUrl, type ReadUrl, type UrlPolicy } from '#domain/webhooks/model/webhook-url.js';
import type { WebhookPost, WebhookTransport } from '#ports/webhooks/webhook-transport.js';

/** Receivers in memory: remembers what was posted, and answers as it was last told to. */
export class MemoryWebhookTransport implements WebhookTransport {
  readonly posts: WebhookPost[] = [];
  /** What is answered. A promise that does not resolve is an endpoint that does not answer. */
  answer: (post: WebhookPost) => PostOutcome | Promise<PostOutcome> = () => ({
    kind: 'answered',
    status: 200,
    body: '',
  });
  readonly #policy: UrlPolicy;

  constructor(policy: UrlPolicy = { allowPrivate: false }) {
    this.#policy = policy;
  }

  read(url: string): ReadUrl {
    return readWebhookUrl(url, this.#policy);
  }

  async post(post: WebhookPost): Promise<PostOutcome> {
    const read = this.read(post.url);
    if (!read.ok) return { kind: 'forbidden', reason: read.detail };
    this.posts.push(post);
    const outcome = await this.answer(post);
    return outcome.kind === 'answered'
      ? { ...outcome, body: outcome.body.slice(0, post.keptBytes ?? KEPT_ANSWER_BYTES) }
      : outcome;
  }
}
