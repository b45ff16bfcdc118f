import type { Instant } from '#domain/kernel/brand.js';
import { readWebhookUrl, type ReadUrl, type UrlPolicy } from '#domain/webhooks/model/webhook-url.js';
import type { PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import type { BlobLinks, UploadLink } from '#ports/system/blob-links.js';
import type { Blobs } from '#ports/system/blobs.js';
import type { WebhookPost, WebhookTransport } from '#ports/webhooks/webhook-transport.js';

/**
 * Adapters whose code is read when somebody first asks for them. A function starts while somebody waits for it, most starts ask for none
 * of these, and reading the SDK of S3 or an HTTP client takes as long as reading all of one context.
 */
function later<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}

export class LaterBlobs implements Blobs {
  readonly #blobs: () => Promise<Blobs>;

  constructor(open: () => Promise<Blobs>) {
    this.#blobs = later(open);
  }

  async put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ readonly bytes: number }> {
    return (await this.#blobs()).put(name, bytes);
  }

  async *open(name: string, offset: number): AsyncIterable<Uint8Array> {
    yield* (await this.#blobs()).open(name, offset);
  }

  async remove(name: string): Promise<void> {
    await (await this.#blobs()).remove(name);
  }

  async *storedBefore(at: Instant): AsyncIterable<string> {
    yield* (await this.#blobs()).storedBefore(at);
  }
}

export class LaterBlobLinks implements BlobLinks {
  readonly #links: () => Promise<BlobLinks>;

  constructor(open: () => Promise<BlobLinks>) {
    this.#links = later(open);
  }

  async origin(): Promise<string> {
    return (await this.#links()).origin();
  }

  async download(...asked: Parameters<BlobLinks['download']>): Promise<string> {
    return (await this.#links()).download(...asked);
  }

  async upload(...asked: Parameters<BlobLinks['upload']>): Promise<UploadLink> {
    return (await this.#links()).upload(...asked);
  }
}

export class LaterWebhookTransport implements WebhookTransport {
  readonly #policy: UrlPolicy;
  readonly #transport: () => Promise<WebhookTransport>;

  /** @param policy that of what is opened */
  constructor(policy: UrlPolicy, open: () => Promise<WebhookTransport>) {
    this.#policy = policy;
    this.#transport = later(open);
  }

  read(url: string): ReadUrl {
    return readWebhookUrl(url, this.#policy);
  }

  async post(post: WebhookPost): Promise<PostOutcome> {
    return (await this.#transport()).post(post);
  }
}
