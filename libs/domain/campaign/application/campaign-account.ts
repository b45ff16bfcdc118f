import { Inject, Injectable } from '@nestjs/common';
import { deliveryStatuses, type DeliveryCounts } from '#domain/delivery/model/delivery.js';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { Campaign, CampaignStatus } from '#domain/campaign/model/campaign.js';
import { Audiences } from '#ports/campaign/audiences.js';
import { Unsubscribes } from '#ports/campaign/unsubscribes.js';
import { dispatchIdOf } from './campaign-dispatch.js';

/** The account of a campaign: candidates = the sum of all counts, at every moment. */
export interface CampaignAccount extends DeliveryCounts {
  readonly status: CampaignStatus;
  readonly candidates: number;
  /** True while more recipients are still being handed over; `candidates` grows until then. */
  readonly expanding: boolean;
  /**
   * Where `candidates` is heading: the members of the lists now, somebody on two lists counted twice; once everybody has
   * been handed over, `candidates`.
   */
  readonly audience: number;
  readonly unsubscribes: number;
  readonly byProvider: Readonly<Record<string, number>>;
}

const nothing = Object.fromEntries(deliveryStatuses.map((status) => [status, 0])) as DeliveryCounts;

@Injectable()
export class AccountForCampaign {
  readonly #delivery: DeliveryFacade;
  readonly #audiences: Audiences;
  readonly #unsubscribes: Unsubscribes;

  constructor(
    @Inject(DeliveryFacade) delivery: DeliveryFacade,
    @Inject(Audiences) audiences: Audiences,
    @Inject(Unsubscribes) unsubscribes: Unsubscribes,
  ) {
    this.#delivery = delivery;
    this.#audiences = audiences;
    this.#unsubscribes = unsubscribes;
  }

  async of(campaign: Campaign): Promise<CampaignAccount> {
    const stats = await this.#delivery.stats(dispatchIdOf(campaign.id));
    const { workspaceId, listIds, status } = campaign;
    return {
      ...(stats?.counts ?? nothing),
      status,
      candidates: stats?.candidates ?? 0,
      expanding: status === 'running' && !stats?.sealed,
      audience: stats?.sealed ? stats.candidates : await this.#audiences.count(workspaceId, listIds),
      unsubscribes: await this.#unsubscribes.count(campaign.id),
      byProvider: stats?.byProvider ?? {},
    };
  }
}
