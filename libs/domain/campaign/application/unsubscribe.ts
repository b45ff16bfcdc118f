import { Inject, Injectable } from '@nestjs/common';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { UnsubscribeClaim } from '#ports/campaign/unsubscribe-tokens.js';
import { Unsubscribes } from '#ports/campaign/unsubscribes.js';
import { Clock } from '#ports/system/clock.js';

@Injectable()
export class Unsubscribe {
  readonly #unsubscribes: Unsubscribes;
  readonly #delivery: DeliveryFacade;
  readonly #clock: Clock;

  constructor(
    @Inject(Unsubscribes) unsubscribes: Unsubscribes,
    @Inject(DeliveryFacade) delivery: DeliveryFacade,
    @Inject(Clock) clock: Clock,
  ) {
    this.#unsubscribes = unsubscribes;
    this.#delivery = delivery;
    this.#clock = clock;
  }

  /**
   * Ends marketing mail to the person whom the signed link was made for. First what stops the mail, then the count: if
   * the process dies in between the mail has stopped, and the mail client's retry counts. Whoever has
   * been deleted since is suppressed all the same: the next import may bring them back, and messages handed over before
   * still name them. `unknown` if there never was such a person or campaign.
   */
  async execute({ campaignId, subscriberId }: UnsubscribeClaim): Promise<'unsubscribed' | 'unknown'> {
    const workspaceId = await this.#unsubscribes.workspaceOf(campaignId);
    if (workspaceId === undefined) return 'unknown';
    const address = await this.#unsubscribes.addressOf(workspaceId, subscriberId);
    if (address === undefined) return 'unknown';
    const now = this.#clock.now();
    await this.#delivery.suppressForMarketing(workspaceId, address, now);
    await this.#unsubscribes.record(campaignId, subscriberId, now);
    return 'unsubscribed';
  }
}
