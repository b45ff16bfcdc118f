import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { messageOf } from '#domain/webhooks/model/webhook-message.js';
import type { PublishedEvent, WebhooksFacade } from '#domain/webhooks/webhooks.facade.js';
import { Clock } from '#ports/system/clock.js';
import { WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';

@Injectable()
export class PublishWebhooks implements WebhooksFacade {
  readonly #deliveries: WebhookDeliveries;
  readonly #clock: Clock;

  constructor(@Inject(WebhookDeliveries) deliveries: WebhookDeliveries, @Inject(Clock) clock: Clock) {
    this.#deliveries = deliveries;
    this.#clock = clock;
  }

  async publish(workspaceId: WorkspaceId, event: PublishedEvent): Promise<void> {
    // Most workspaces have no endpoint, and everything they send would cost them a write for nothing.
    if (!(await this.isWanted(workspaceId, event.type))) return;
    await this.#deliveries.enqueue(messageOf(workspaceId, event), this.#clock.now());
  }

  isWanted(workspaceId: WorkspaceId, type: string): Promise<boolean> {
    return this.#deliveries.isWanted(workspaceId, type);
  }
}
