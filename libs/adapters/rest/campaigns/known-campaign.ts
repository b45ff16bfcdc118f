import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { notFound } from '#domain/kernel/refusal.js';
import type { CampaignId } from '#domain/campaign/model/campaign.js';
import { Campaigns } from '#ports/campaign/campaigns.js';

/**
 * Lets nobody on to a campaign that is not theirs. For an event stream this has to be known before the handler: the
 * framework sends the stream's headers, with a 200, while a handler is still looking.
 */
@Injectable()
export class KnownCampaign implements CanActivate {
  readonly #campaigns: Campaigns;

  constructor(@Inject(Campaigns) campaigns: Campaigns) {
    this.#campaigns = campaigns;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { caller, params } = context
      .switchToHttp()
      .getRequest<FastifyRequest<{ Params: { id: CampaignId } }>>();
    if (!caller || !(await this.#campaigns.find(caller.workspaceId, params.id))) throw notFound('campaign');
    return true;
  }
}
