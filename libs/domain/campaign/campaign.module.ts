import { Module, type OnModuleInit } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import { RingTimers } from '#domain/events/ring-timers.js';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import { DeliveryModule } from '#domain/delivery/delivery.module.js';
import { TemplatingModule } from '#domain/templating/templating.module.js';
import { Audiences } from '#ports/campaign/audiences.js';
import { Campaigns } from '#ports/campaign/campaigns.js';
import { CsvReader } from '#ports/campaign/csv.js';
import { Imports } from '#ports/campaign/imports.js';
import { Blobs } from '#ports/system/blobs.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { AccountForCampaign } from './application/campaign-account.js';
import { CampaignWork } from './application/campaign-work.js';
import { ControlCampaign, START_TIMER } from './application/control-campaign.js';
import { ChooseMailings } from './application/choose-mailings.js';
import { CreateCampaign } from './application/create-campaign.js';
import { ExpandCampaigns } from './application/expand-campaigns.js';
import { ExportSubscribers } from './application/export-subscribers.js';
import { FreezeCampaign } from './application/freeze-campaign.js';
import { RunImports } from './application/run-imports.js';
import { StartImport } from './application/start-import.js';
import { Unsubscribe } from './application/unsubscribe.js';
import { CampaignWebhooksModule } from './campaign-webhooks.module.js';
import type { CampaignId } from './model/campaign.js';

@Module({
  imports: [CampaignWebhooksModule, DeliveryModule, TemplatingModule],
  providers: [
    CampaignWork,
    AccountForCampaign,
    ControlCampaign,
    CreateCampaign,
    ExportSubscribers,
    FreezeCampaign,
    StartImport,
    Unsubscribe,
    ChooseMailings,
    {
      provide: ExpandCampaigns,
      inject: [Campaigns, Audiences, DeliveryFacade, Clock, Log],
      useFactory: (
        campaigns: Campaigns,
        audiences: Audiences,
        delivery: DeliveryFacade,
        clock: Clock,
        log: Log,
      ) => new ExpandCampaigns({ campaigns, audiences, delivery, clock, log }),
    },
    {
      provide: RunImports,
      inject: [Imports, Blobs, CsvReader, Clock, Ids, Log],
      useFactory: (imports: Imports, blobs: Blobs, csv: CsvReader, clock: Clock, ids: Ids, log: Log) =>
        new RunImports({ imports, blobs, csv, clock, ids, log }),
    },
  ],
  exports: [
    AccountForCampaign,
    ControlCampaign,
    CreateCampaign,
    ExportSubscribers,
    StartImport,
    Unsubscribe,
    ChooseMailings,
    ExpandCampaigns,
    RunImports,
    CampaignWork,
  ],
})
export class CampaignModule implements OnModuleInit {
  readonly #control: ControlCampaign;
  readonly #relay: RelayEvents;
  readonly #timers: RingTimers;
  readonly #work: CampaignWork;
  readonly #runners: readonly [ExpandCampaigns, RunImports];

  constructor(
    control: ControlCampaign,
    relay: RelayEvents,
    timers: RingTimers,
    work: CampaignWork,
    expansion: ExpandCampaigns,
    imports: RunImports,
  ) {
    this.#control = control;
    this.#relay = relay;
    this.#timers = timers;
    this.#work = work;
    this.#runners = [expansion, imports];
  }

  /** What this context hears of. */
  onModuleInit(): void {
    this.#work.connect(...this.#runners);
    this.#timers.on(START_TIMER, (key) => this.#control.startIfDue(key));
    const follow = ({
      workspaceId,
      dispatchId,
    }: {
      workspaceId: string;
      dispatchId: string;
    }): Promise<void> =>
      this.#ofCampaign(dispatchId, (id) => this.#control.followDelivery(workspaceId as WorkspaceId, id));
    this.#relay.on('dispatch.completed', 'finish-campaign', follow);
    this.#relay.on('dispatch.reopened', 'reopen-campaign', follow);
    this.#relay.on('campaign.controlled', 'control-dispatch', ({ workspaceId, campaignId }) =>
      this.#control.tellDelivery(workspaceId as WorkspaceId, campaignId as CampaignId),
    );
  }

  async #ofCampaign(dispatchId: string, act: (id: CampaignId) => Promise<void>): Promise<void> {
    if (dispatchId.startsWith('cmp_')) await act(dispatchId as CampaignId);
  }
}
