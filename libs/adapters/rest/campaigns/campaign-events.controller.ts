import { Inject, type MessageEvent, Param, UseGuards } from '@nestjs/common';
import { Observable } from 'rxjs';
import { AccountForCampaign } from '#domain/campaign/application/campaign-account.js';
import type { Campaign, CampaignId } from '#domain/campaign/model/campaign.js';
import { Campaigns } from '#ports/campaign/campaigns.js';
import { Clock } from '#ports/system/clock.js';
import { Caller } from '../kit/caller.js';
import { EventStream } from '../kit/end-streams.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { statsView } from './campaign-views.js';
import { KnownCampaign } from './known-campaign.js';

const EVERY_MS = 500;
/** Proxies close what is silent for long. */
const HEARTBEAT_MS = 15_000;
const OVER: ReadonlySet<string> = new Set(['finished', 'cancelled']);

@RestController('v1/campaigns')
export class CampaignEventsController {
  readonly #campaigns: Campaigns;
  readonly #account: AccountForCampaign;
  readonly #clock: Clock;

  constructor(
    @Inject(Campaigns) campaigns: Campaigns,
    account: AccountForCampaign,
    @Inject(Clock) clock: Clock,
  ) {
    this.#campaigns = campaigns;
    this.#account = account;
    this.#clock = clock;
  }

  /**
   * The account of the campaign, live: an event `stats` whenever it has changed, twice a second at most, and one `end` when
   * the campaign is over and nothing of it moves any more.
   */
  @EventStream(':id/events')
  @Scopes('campaigns:read')
  @UseGuards(KnownCampaign)
  events(@Caller() { workspaceId }: Caller, @Param('id') id: string): Observable<MessageEvent> {
    const find = () => this.#campaigns.find(workspaceId, id as CampaignId);
    return new Observable<MessageEvent>((subscriber) => {
      let last = '';
      let lastAt = 0;
      let cancel = (): void => {};
      const look = async (): Promise<void> => {
        const campaign = await find();
        if (!campaign) return subscriber.complete();
        const { data, over } = await this.#now(campaign);
        const text = JSON.stringify(data);
        const due = this.#clock.monotonic() - lastAt > HEARTBEAT_MS;
        if (text !== last || due) subscriber.next({ type: 'stats', data });
        if (text !== last || due) lastAt = this.#clock.monotonic();
        last = text;
        if (!over) cancel = this.#clock.after(EVERY_MS, again);
        else {
          subscriber.next({ type: 'end', data });
          subscriber.complete();
        }
      };
      const again = (): void => void look().catch((error: unknown) => subscriber.error(error));
      again();
      return () => cancel();
    });
  }

  async #now(campaign: Campaign): Promise<{ data: object; over: boolean }> {
    const stats = statsView(campaign, await this.#account.of(campaign), this.#clock.now());
    return { data: stats, over: OVER.has(campaign.status) && stats.pending + stats.submitting === 0 };
  }
}
