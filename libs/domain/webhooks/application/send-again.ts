import { Inject, Injectable } from '@nestjs/common';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import { messageOf, TEST_EVENT, type WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import { Clock } from '#ports/system/clock.js';
import { WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';
import { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';

/** Messages of a replay that are written in one go. */
const AT_ONCE = 500;

/** Sends to one endpoint what somebody asks for: a message once more, all since a time, or one that means nothing. */
@Injectable()
export class SendAgain {
  readonly #endpoints: WebhookEndpoints;
  readonly #deliveries: WebhookDeliveries;
  readonly #clock: Clock;

  constructor(
    @Inject(WebhookEndpoints) endpoints: WebhookEndpoints,
    @Inject(WebhookDeliveries) deliveries: WebhookDeliveries,
    @Inject(Clock) clock: Clock,
  ) {
    this.#endpoints = endpoints;
    this.#deliveries = deliveries;
    this.#clock = clock;
  }

  /** @throws Refusal `not_found` | `invalid_transition` if the endpoint is disabled */
  async one(workspaceId: WorkspaceId, id: WebhookEndpointId, messageId: WebhookMessageId): Promise<void> {
    await this.#checkEnabled(workspaceId, id);
    if (!(await this.#deliveries.replay(workspaceId, id, messageId, this.#clock.now())))
      throw notFound('webhook message');
  }

  /**
   * Every message since then that the endpoint wants, delivered before or not. If the process dies on the way some of them
   * have been made pending, and asking again makes pending the rest.
   * @returns how many are sent, those that were pending anyway included
   * @throws Refusal `not_found` | `invalid_transition` if the endpoint is disabled
   */
  async since(workspaceId: WorkspaceId, id: WebhookEndpointId, since: Instant): Promise<number> {
    await this.#checkEnabled(workspaceId, id);
    let sent = 0;
    let after: string | undefined;
    do {
      const page = { limit: AT_ONCE, after };
      const { replayed, next } = await this.#deliveries.replaySince(
        workspaceId,
        id,
        since,
        page,
        this.#clock.now(),
      );
      sent += replayed;
      after = next ?? undefined;
    } while (after !== undefined);
    return sent;
  }

  /**
   * @param messageId `evt_…`, from the request: repeated after a crash it is the same message
   * @throws Refusal `not_found` | `invalid_transition` if the endpoint is disabled
   */
  async test(workspaceId: WorkspaceId, id: WebhookEndpointId, messageId: string): Promise<void> {
    await this.#checkEnabled(workspaceId, id);
    const at = this.#clock.now();
    const event = { id: messageId, type: TEST_EVENT, at, data: { endpointId: id } };
    await this.#deliveries.enqueue(messageOf(workspaceId, event), at, id);
  }

  async #checkEnabled(workspaceId: WorkspaceId, id: WebhookEndpointId): Promise<void> {
    const endpoint = await this.#endpoints.find(workspaceId, id);
    if (!endpoint) throw notFound('webhook endpoint');
    if (endpoint.status.is === 'disabled')
      throw new Refusal(
        'invalid_transition',
        'The endpoint is disabled: nothing is sent to it until it is enabled.',
      );
  }
}
