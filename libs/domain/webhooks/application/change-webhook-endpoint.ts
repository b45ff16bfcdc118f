import { Inject, Injectable } from '@nestjs/common';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import {
  type EndpointHealth,
  type EventFilter,
  rotated,
  type WebhookEndpoint,
  type WebhookEndpointId,
} from '#domain/webhooks/model/webhook-endpoint.js';
import { Clock } from '#ports/system/clock.js';
import { Randomness } from '#ports/system/randomness.js';
import { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';
import { allowedUrl } from './create-webhook-endpoint.js';
import { newKey } from './webhook-secrets.js';

/** What is left out stays as it is. */
export interface EndpointChange {
  readonly url?: string | undefined;
  readonly events?: EventFilter | undefined;
  readonly status?: 'enabled' | 'disabled' | undefined;
}

/** Several deciding at once, or attempts that change its health: whoever was overtaken looks again. */
const TRIES = 10;

@Injectable()
export class ChangeWebhookEndpoint {
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

  /** @throws Refusal `not_found` | `address_forbidden` | `scheme_forbidden` | `validation_failed` */
  change(workspaceId: WorkspaceId, id: WebhookEndpointId, change: EndpointChange): Promise<WebhookEndpoint> {
    const url = change.url === undefined ? undefined : allowedUrl(this.#transport.read(change.url));
    const now = this.#clock.now();
    return this.#replace(workspaceId, id, (endpoint) => ({
      ...endpoint,
      url: url ?? endpoint.url,
      events: change.events ?? endpoint.events,
      ...healthUnder(endpoint, change.status, now),
    }));
  }

  /**
   * Gives it a new secret; the former one signs as well for a day. Asked twice, it rotates twice.
   * @throws Refusal `not_found`
   */
  rotateSecret(workspaceId: WorkspaceId, id: WebhookEndpointId): Promise<WebhookEndpoint> {
    const key = newKey(this.#randomness);
    const now = this.#clock.now();
    return this.#replace(workspaceId, id, (endpoint) => ({
      ...endpoint,
      secrets: rotated(endpoint.secrets, key, now),
    }));
  }

  async #replace(
    workspaceId: WorkspaceId,
    id: WebhookEndpointId,
    decide: (endpoint: WebhookEndpoint) => WebhookEndpoint,
  ): Promise<WebhookEndpoint> {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = await this.#endpoints.find(workspaceId, id);
      if (!before) throw notFound('webhook endpoint');
      const after = decide(before);
      if ((await this.#endpoints.replace(before, after)) === 'saved') return after;
    }
    throw new Refusal('invalid_transition', 'The endpoint is being changed by others at the same time.');
  }
}

/** One that is enabled again starts afresh; one that is as asked for stays as it is, with its reason. */
function healthUnder(
  { status, failingSince }: EndpointHealth,
  wanted: EndpointChange['status'],
  at: Instant,
): EndpointHealth {
  if (wanted === undefined || wanted === status.is) return { status, failingSince };
  if (wanted === 'enabled') return { status: { is: 'enabled' }, failingSince: undefined };
  return { status: { is: 'disabled', reason: 'operator', at }, failingSince };
}
