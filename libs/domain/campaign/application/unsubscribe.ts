import { Inject, Injectable } from '@nestjs/common';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { UnsubscribeClaim } from '#ports/campaign/unsubscribe-tokens.js';
import type { SubscriberId } from '#domain/campaign/model/subscriber.js';
import { Subscribers } from '#ports/campaign/subscribers.js';
import { Unsubscribes } from '#ports/campaign/unsubscribes.js';
import { Clock } from '#ports/system/clock.js';

@Injectable()
export class Unsubscribe {
  readonly #subscribers: Subscribers;
  readonly #unsubscribes: Unsubscribes;
  readonly #delivery: DeliveryFacade;
  readonly #clock: Clock;

  constructor(
    @Inject(Subscribers) subscribers: Subscribers,
    @Inject(Unsubscribes) unsubscribes: Unsubscribes,
    @Inject(DeliveryFacade) delivery: DeliveryFacade,
    @Inject(Clock) clock: Clock,
  ) {
    this.#subscribers = subscribers;
    this.#unsubscribes = unsubscribes;
    this.#delivery = delivery;
    this.#clock = clock;
  }

  /**
   * Ends marketing mail to the person whom the signed link was made for. First what stops the mail, then the count: if
   * the process dies in between the mail has stopped, and the mail client's retry counts. `unknown` if the person or
   * the campaign has been deleted since: there is nobody left to write to.
   */
  async execute({ campaignId, subscriberId }: UnsubscribeClaim): Promise<'unsubscribed' | 'unknown'> {
    const workspaceId = await this.#unsubscribes.workspaceOf(campaignId);
    if (workspaceId === undefined) return 'unknown';
    const subscriber = await this.#subscribers.find(workspaceId, subscriberId as SubscriberId);
    if (!subscriber) return 'unknown';
    const now = this.#clock.now();
    await this.#delivery.suppressForMarketing(workspaceId, subscriber.email, now);
    await this.#unsubscribes.record(campaignId, subscriberId, now);
    return 'unsubscribed';
  }
}
