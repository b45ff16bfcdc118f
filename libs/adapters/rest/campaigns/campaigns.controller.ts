import { Body, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { AccountForCampaign } from '#domain/campaign/application/campaign-account.js';
import { ControlCampaign } from '#domain/campaign/application/control-campaign.js';
import { CreateCampaign } from '#domain/campaign/application/create-campaign.js';
import type { Campaign, CampaignId, CampaignStatus } from '#domain/campaign/model/campaign.js';
import { readSchedule } from '#domain/campaign/model/schedule.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { Campaigns } from '#ports/campaign/campaigns.js';
import { FailedMessages } from '#ports/delivery/failed-messages.js';
import { Clock } from '#ports/system/clock.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { PageQuery } from '../kit/page.query.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { campaignView, statsView } from './campaign-views.js';
import { CreateCampaignBody, ScheduleBody } from './campaign.body.js';
import type { CampaignListView, CampaignStatsView, CampaignView, RetriedView } from './campaign.view.js';

/** One request retries this many failed messages at most; ask again for more. */
const RETRY_LIMIT = 100_000;

@RestController('v1/campaigns')
export class CampaignsController {
  readonly #campaigns: Campaigns;
  readonly #create: CreateCampaign;
  readonly #control: ControlCampaign;
  readonly #account: AccountForCampaign;
  readonly #failed: FailedMessages;
  readonly #clock: Clock;

  constructor(
    @Inject(Campaigns) campaigns: Campaigns,
    create: CreateCampaign,
    control: ControlCampaign,
    account: AccountForCampaign,
    @Inject(FailedMessages) failed: FailedMessages,
    @Inject(Clock) clock: Clock,
  ) {
    this.#campaigns = campaigns;
    this.#create = create;
    this.#control = control;
    this.#account = account;
    this.#failed = failed;
    this.#clock = clock;
  }

  /** Makes a draft; with `scheduleAt` a scheduled campaign. */
  @Post()
  @Scopes('campaigns:write')
  async create(
    @Caller() { workspaceId }: Caller,
    @Body() body: CreateCampaignBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<CampaignView> {
    const { audience, rate, scheduleAt, timezone, ...rest } = body;
    // A schedule that can't be kept is refused before there is a campaign.
    if (scheduleAt !== undefined) readSchedule(scheduleAt, timezone, this.#clock.now());
    else if (timezone !== undefined) throw new Refusal('invalid_schedule', 'A timezone needs a scheduleAt.');
    const id = attempt.ids.next('cmp') as string as CampaignId;
    const draft = { ...rest, listIds: audience.listIds, ratePerSecond: rate };
    const made = await this.#create.execute(workspaceId, id, draft);
    answer.location(`/v1/campaigns/${id}`);
    if (scheduleAt === undefined || made.status !== 'draft') return campaignView(made);
    return campaignView(await this.#control.schedule(workspaceId, id, scheduleAt, timezone));
  }

  /** All campaigns, the newest first. */
  @Get()
  @Scopes('campaigns:read')
  async list(@Caller() { workspaceId }: Caller, @Query() query: PageQuery): Promise<CampaignListView> {
    return pageView(
      await this.#campaigns.page(workspaceId, pageRequest(query, 'campaigns')),
      'campaigns',
      campaignView,
    );
  }

  /** One campaign: what it says, to whom, and where it stands. */
  @Get(':id')
  @Scopes('campaigns:read')
  async find(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<CampaignView> {
    return campaignView(await this.#find(workspaceId, id));
  }

  /** The account of the campaign at this moment. */
  @Get(':id/stats')
  @Scopes('campaigns:read')
  async stats(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<CampaignStatsView> {
    const campaign = await this.#find(workspaceId, id);
    return statsView(campaign, await this.#account.of(campaign), this.#clock.now());
  }

  /** Sets or moves the start of a campaign that has not begun. */
  @Post(':id/schedule')
  @Scopes('campaigns:write')
  @HttpCode(200)
  async schedule(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Body() body: ScheduleBody,
  ): Promise<CampaignView> {
    return campaignView(
      await this.#control.schedule(workspaceId, id as CampaignId, body.scheduleAt, body.timezone),
    );
  }

  /** Starts sending. Answered when the start is durable; the audience is handed over afterwards. */
  @Post(':id/start')
  @Scopes('campaigns:write')
  @HttpCode(202)
  async start(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<CampaignView> {
    const started = await this.#moved(workspaceId, id, attempt, ['running', 'finished'], () =>
      this.#control.start(workspaceId, id as CampaignId),
    );
    answer.location(`/v1/campaigns/${id}`);
    return started;
  }

  /** Stops new sends: none starts after this is answered. Calls under way finish. */
  @Post(':id/pause')
  @Scopes('campaigns:write')
  @HttpCode(200)
  pause(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Attempt() attempt: Attempt,
  ): Promise<CampaignView> {
    return this.#moved(workspaceId, id, attempt, ['paused'], () =>
      this.#control.pause(workspaceId, id as CampaignId),
    );
  }

  /** Goes on with exactly those that were not sent. */
  @Post(':id/resume')
  @Scopes('campaigns:write')
  @HttpCode(200)
  resume(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Attempt() attempt: Attempt,
  ): Promise<CampaignView> {
    return this.#moved(workspaceId, id, attempt, ['running', 'finished'], () =>
      this.#control.resume(workspaceId, id as CampaignId),
    );
  }

  /** Ends it for good: no send starts after this is answered, what is pending is struck off. */
  @Post(':id/cancel')
  @Scopes('campaigns:write')
  @HttpCode(200)
  cancel(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Attempt() attempt: Attempt,
  ): Promise<CampaignView> {
    return this.#moved(workspaceId, id, attempt, ['cancelled'], () =>
      this.#control.cancel(workspaceId, id as CampaignId),
    );
  }

  /** Puts the campaign's dead messages back on their lane, with fresh attempts. */
  @Post(':id/retry-failed')
  @Scopes('campaigns:write')
  @HttpCode(202)
  async retryFailed(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<RetriedView> {
    const { status } = await this.#find(workspaceId, id);
    if (status === 'cancelled')
      throw new Refusal(
        'invalid_transition',
        'A campaign that is cancelled cannot become running (retry-failed).',
      );
    return this.#failed.retry(workspaceId, { dispatchId: id as DispatchId }, RETRY_LIMIT, this.#clock.now());
  }

  /** A transition. If an earlier attempt of this very request made it and died, that is the answer and no conflict. */
  async #moved(
    workspaceId: Caller['workspaceId'],
    id: string,
    attempt: Attempt,
    done: readonly CampaignStatus[],
    move: () => Promise<Campaign>,
  ): Promise<CampaignView> {
    if (attempt.repeated) {
      const campaign = await this.#find(workspaceId, id);
      if (done.includes(campaign.status)) return campaignView(campaign);
    }
    return campaignView(await move());
  }

  async #find(workspaceId: Caller['workspaceId'], id: string): Promise<Campaign> {
    const campaign = await this.#campaigns.find(workspaceId, id as CampaignId);
    if (!campaign) throw notFound('campaign');
    return campaign;
  }
}
