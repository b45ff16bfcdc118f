import { Agent } from 'undici';
import type { PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import { readWebhookUrl, type ReadUrl, type UrlPolicy } from '#domain/webhooks/model/webhook-url.js';
import type { WebhookPost, WebhookTransport } from '#ports/webhooks/webhook-transport.js';
import { PostExchange } from './post-exchange.js';
import type { Resolve } from './resolve-names.js';
import { safeConnector } from './safe-connector.js';
import { signedHeaders } from './standard-webhooks.js';

/** Bytes of headers that are read of an answer. */
const MOST_HEADER_BYTES = 16_384;

/**
 * Posts over HTTP to whatever customers have named, each over a connection of its own origin. How many are under way is the
 * caller's to bound: connections are not, or a slow endpoint would hold up the others of its host.
 */
export class HttpWebhookTransport implements WebhookTransport {
  readonly #policy: UrlPolicy;
  readonly #agent: Agent;

  /** @param resolve all addresses of a name; the DNS if left out */
  constructor(policy: UrlPolicy = { allowPrivate: false }, resolve?: Resolve) {
    this.#policy = policy;
    this.#agent = new Agent({
      connect: safeConnector(policy, resolve),
      pipelining: 1,
      maxHeaderSize: MOST_HEADER_BYTES,
      // Each post has a deadline of its own, which covers these.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  read(url: string): ReadUrl {
    return readWebhookUrl(url, this.#policy);
  }

  post(post: WebhookPost): Promise<PostOutcome> {
    // It was read when it was named; but the rules, or the policy, may have become stricter since.
    const read = this.read(post.url);
    if (!read.ok) return Promise.resolve({ kind: 'forbidden', reason: read.detail });
    const { origin, pathname, search } = new URL(read.url);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Posthorn-Webhooks',
      ...signedHeaders(post),
    };
    return new Promise((resolve) => {
      const exchange = new PostExchange(post.timeoutMs, resolve, post.keptBytes);
      const request = { method: 'POST', origin, path: pathname + search, headers, body: post.body } as const;
      try {
        this.#agent.dispatch(request, exchange);
      } catch (error) {
        exchange.onResponseError(undefined, error as Error);
      }
    });
  }

  /** Breaks off what is under way. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
