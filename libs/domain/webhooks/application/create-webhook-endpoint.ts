import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type {
  EventFilter,
  WebhookEndpoint,
  WebhookEndpointId,
} from '#domain/webhooks/model/webhook-endpoint.js';
import type { ReadUrl } from '#domain/webhooks/model/webhook-url.js';
import { Clock } from '#ports/system/clock.js';
import { Randomness } from '#ports/system/randomness.js';
import { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';
import { newKey } from './webhook-secrets.js';

/** Every event of a workspace is held against each of its endpoints. */
const MOST_ENDPOINTS = 50;

@Injectable()
export class CreateWebhookEndpoint {
  readonly #endpoints: WebhookEndpoints;
  readonly #transport: WebhookTransport;
  readonly #randomness: Randomness;
  readonly #clock: Clock;

  constructor(
    @Inject(WebhookEndpoints) endpoints: WebhookEndpoints,
    @Inject(WebhookTransport) transport: WebhookTransport,
    @Inject(Randomness) randomness: Randomness,
    @Inject(Clock) clock: Clock,
  ) {
    this.#endpoints = endpoints;
    this.#transport = transport;
    this.#randomness = randomness;
    this.#clock = clock;
  }

  /**
   * @param id `whe_…`, from the request: repeated after a crash it finds what it made, secret and all
   * @throws Refusal `address_forbidden` | `scheme_forbidden` | `validation_failed`
   */
  async create(
    workspaceId: WorkspaceId,
    id: WebhookEndpointId,
    wanted: { readonly url: string; readonly events: EventFilter },
  ): Promise<WebhookEndpoint> {
    const url = allowedUrl(this.#transport.read(wanted.url));
    const createdAt = this.#clock.now();
    const endpoint: WebhookEndpoint = {
      id,
      workspaceId,
      url,
      events: wanted.events,
      secrets: [{ key: newKey(this.#randomness), createdAt }],
      status: { is: 'enabled' },
      failingSince: undefined,
      createdAt,
      revision: 0,
    };
    await this.#checkRoom(workspaceId, id);
    if ((await this.#endpoints.insert(endpoint)) === 'inserted') return endpoint;
    const made = await this.#endpoints.find(workspaceId, id);
    if (!made) throw notFound('webhook endpoint');
    return made;
  }

  /** Two at once may pass it together: it keeps the number small, not exact. */
  async #checkRoom(workspaceId: WorkspaceId, id: WebhookEndpointId): Promise<void> {
    const { data } = await this.#endpoints.page(workspaceId, { limit: MOST_ENDPOINTS });
    if (data.length < MOST_ENDPOINTS || data.some((endpoint) => endpoint.id === id)) return;
    throw new Refusal('validation_failed', `A workspace has at most ${MOST_ENDPOINTS} webhook endpoints.`);
  }
}

/** @throws Refusal where it would never be dialled */
export function allowedUrl(read: ReadUrl): string {
  if (read.ok) return read.url;
  const { code, detail } = read;
  throw new Refusal(code, detail, { faults: [{ pointer: '/url', code, detail }] });
}
