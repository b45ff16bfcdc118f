import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { EventOf } from '#domain/events/relay-events.js';
import { WebhooksFacade } from '#domain/webhooks/webhooks.facade.js';
import type { CampaignId } from '#domain/campaign/model/campaign.js';
import { Campaigns } from '#ports/campaign/campaigns.js';
import { AccountForCampaign } from './campaign-account.js';

/**
 * Tells the customer's endpoints what becomes of a campaign and of each of its messages: `campaign.finished`,
 * `message.delivered`, `message.bounced`, … The ids follow from what happened, so that telling twice tells of one event.
 */
@Injectable()
export class PublishCampaignEvents {
  readonly #campaigns: Campaigns;
  readonly #account: AccountForCampaign;
  readonly #webhooks: WebhooksFacade;

  constructor(
    @Inject(Campaigns) campaigns: Campaigns,
    account: AccountForCampaign,
    @Inject(WebhooksFacade) webhooks: WebhooksFacade,
  ) {
    this.#campaigns = campaigns;
    this.#account = account;
    this.#webhooks = webhooks;
  }

  /** Each kind is told once of a message, however often it happened: a mail may be opened a thousand times. */
  async reported(event: EventOf<'delivery.reported'>): Promise<void> {
    const { dispatchId, ordinal, address = null, kind, permanent, status = null, reason = null, at } = event;
    if (!dispatchId.startsWith('cmp_')) return;
    const workspaceId = event.workspaceId as WorkspaceId;
    const type = `message.${kind}`;
    if (!(await this.#webhooks.isWanted(workspaceId, type))) return;
    const id = deliveryId(dispatchId as DispatchId, ordinal);
    const what = `${kind.replace('_', '')}${permanent === true ? 'forgood' : ''}`;
    await this.#webhooks.publish(workspaceId, {
      id: `evt_${bare(id)}${what}`,
      type,
      at,
      data: {
        id,
        campaignId: dispatchId,
        email: address,
        status,
        ...(kind === 'bounced' && { permanent: permanent ?? false }),
        reason,
      },
    });
  }

  async finished(event: EventOf<'campaign.finished'>): Promise<void> {
    const { campaignId, revision, at } = event;
    const workspaceId = event.workspaceId as WorkspaceId;
    if (!(await this.#webhooks.isWanted(workspaceId, event.type))) return;
    const campaign = await this.#campaigns.find(workspaceId, campaignId as CampaignId);
    if (!campaign) return;
    const { candidates, pending: _, submitting: __, ...account } = await this.#account.of(campaign);
    const { accepted, delivered, bounced, complained, failed, dead } = account;
    const { suppressed, cancelled, expired, unknown } = account;
    const ends = { accepted, delivered, bounced, complained, failed, dead };
    const others = { suppressed, cancelled, expired, unknown };
    await this.#webhooks.publish(workspaceId, {
      id: `evt_${bare(campaignId)}cmpr${revision}`,
      type: event.type,
      at,
      data: { id: campaignId, name: campaign.name, candidates, ...ends, ...others },
    });
  }
}

function bare(id: string): string {
  return id.slice(id.indexOf('_') + 1);
}
