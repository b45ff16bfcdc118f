import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { Dispatch, DispatchControl, DispatchId } from '#domain/delivery/model/dispatch.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import { type Campaign, type CampaignCommand, type CampaignId, decide } from '#domain/campaign/model/campaign.js';
import { readSchedule, startOf } from '#domain/campaign/model/schedule.js';
import { Campaigns } from '#ports/campaign/campaigns.js';
import { Timers } from '#ports/events/timers.js';
import { Clock } from '#ports/system/clock.js';
import { CampaignWork } from './campaign-work.js';

/** The timer that starts a scheduled campaign. */
export const START_TIMER = 'campaign.start';
/** How long a campaign's messages may look for a provider. */
const GIVE_UP_AFTER_MS = 48 * 3_600_000;
/** Two deciding at once: the one that was overtaken looks again. */
const TRIES = 5;

/**
 * Everything that changes a campaign's state. The state and the event that tells of it are saved together; delivery is
 * told before the caller is answered, and again by the event should the process die in between.
 */
@Injectable()
export class ControlCampaign {
  readonly #campaigns: Campaigns;
  readonly #delivery: DeliveryFacade;
  readonly #templates: TemplatingFacade;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #work: CampaignWork;

  constructor(
    @Inject(Campaigns) campaigns: Campaigns,
    @Inject(DeliveryFacade) delivery: DeliveryFacade,
    @Inject(TemplatingFacade) templates: TemplatingFacade,
    @Inject(Timers) timers: Timers,
    @Inject(Clock) clock: Clock,
    work: CampaignWork,
  ) {
    this.#campaigns = campaigns;
    this.#delivery = delivery;
    this.#templates = templates;
    this.#timers = timers;
    this.#clock = clock;
    this.#work = work;
  }

  /** @throws Refusal `not_found` | `invalid_transition` | `invalid_schedule` */
  async schedule(workspaceId: WorkspaceId, id: CampaignId, scheduleAt: string, timezone: string | undefined): Promise<Campaign> {
    const schedule = readSchedule(scheduleAt, timezone, this.#clock.now());
    // First the alarm, then the state: an alarm that finds no scheduled campaign does nothing, but a scheduled campaign
    // without an alarm would never start.
    const before = await this.#find(workspaceId, id);
    decide(before, { do: 'schedule', schedule }, this.#clock.now());
    await this.#timers.set({ kind: START_TIMER, key: timerKey(before), at: startOf(schedule) });
    return this.#decide(workspaceId, id, () => ({ do: 'schedule', schedule }));
  }

  /** @throws Refusal `not_found` | `invalid_transition` */
  async start(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    const before = await this.#find(workspaceId, id);
    const template = await this.#templates.current(workspaceId, before.templateId);
    if (!template) throw new Refusal('not_found', 'The template of this campaign is gone.');
    const command = { do: 'start', templateVersion: template.version } as const;
    // Refused before anything is opened.
    decide(before, command, this.#clock.now());
    // The dispatch first: a running campaign without one could not be expanded. Opened twice it is there once, and
    // one whose campaign never started has no recipients.
    await this.#delivery.open(this.#dispatchOf(before, template.version));
    const campaign = await this.#decide(workspaceId, id, () => command);
    this.#work.expansionMayGoOn();
    return campaign;
  }

  pause(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    return this.#decide(workspaceId, id, () => ({ do: 'pause' }), 'halted');
  }

  async resume(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    const campaign = await this.#decide(workspaceId, id, () => ({ do: 'resume' }), 'open');
    this.#work.expansionMayGoOn();
    return campaign;
  }

  async cancel(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    const campaign = await this.#decide(workspaceId, id, () => ({ do: 'cancel' }), 'cancelled');
    // What has been handed over is all there will ever be.
    await this.#delivery.seal(dispatchIdOf(campaign));
    return campaign;
  }

  /** The alarm of a scheduled campaign. It may ring twice, or for one that was changed since. */
  async startIfDue(key: string): Promise<void> {
    const [workspaceId, id] = key.split(' ') as [WorkspaceId, CampaignId];
    const campaign = await this.#campaigns.find(workspaceId, id);
    const due = campaign?.status === 'scheduled' && campaign.schedule && startOf(campaign.schedule) <= this.#clock.now();
    if (due) await this.start(workspaceId, id);
  }

  /** Tells delivery of a decision once more: the process may have died before it was told. An old revision is ignored. */
  async repeat(id: DispatchId, control: DispatchControl, revision: number): Promise<void> {
    await this.#delivery.control(id, control, revision);
    if (control === 'cancelled') await this.#delivery.seal(id);
  }

  /** Told by delivery when nothing of it is pending any more. A campaign that was cancelled or paused stays as it is. */
  async finishIfRunning(workspaceId: WorkspaceId, id: CampaignId): Promise<void> {
    const campaign = await this.#campaigns.find(workspaceId, id);
    const stats = await this.#delivery.stats(id as string as DispatchId);
    // The news may be old: somebody may have retried failed messages since.
    if (campaign?.status !== 'running' || !stats?.sealed || stats.counts.pending + stats.counts.submitting > 0) return;
    await this.#decide(workspaceId, id, () => ({ do: 'finish' }));
  }

  /** Told by delivery when failed messages of a finished campaign are tried again. */
  async reopenIfFinished(workspaceId: WorkspaceId, id: CampaignId): Promise<void> {
    const campaign = await this.#campaigns.find(workspaceId, id);
    if (campaign?.status !== 'finished') return;
    await this.#decide(workspaceId, id, () => ({ do: 'reopen' }));
    await this.finishIfRunning(workspaceId, id);
  }

  async #decide(
    workspaceId: WorkspaceId,
    id: CampaignId,
    commandFor: (campaign: Campaign) => CampaignCommand,
    control?: DispatchControl,
  ): Promise<Campaign> {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = await this.#find(workspaceId, id);
      const { campaign, events } = decide(before, commandFor(before), this.#clock.now());
      if ((await this.#campaigns.save(before, campaign, events)) === 'conflict') continue;
      if (control) await this.#delivery.control(dispatchIdOf(campaign), control, campaign.revision);
      return campaign;
    }
    throw new Refusal('invalid_transition', 'Others are changing this campaign at the same time.', { retryAfterMs: 1000 });
  }

  async #find(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    const campaign = await this.#campaigns.find(workspaceId, id);
    if (!campaign) throw notFound('campaign');
    return campaign;
  }

  #dispatchOf(campaign: Campaign, templateVersion: number): Dispatch {
    const { workspaceId, templateId, from, replyTo, subject, data, ratePerSecond } = campaign;
    return {
      id: dispatchIdOf(campaign),
      workspaceId,
      channel: 'email',
      lane: 'bulk',
      purpose: 'marketing',
      unknownPolicy: 'park',
      content: {
        templateId,
        templateVersion,
        from,
        data,
        ...(replyTo !== undefined && { replyTo }),
        ...(subject !== undefined && { subject }),
      },
      ...(ratePerSecond !== undefined && { ratePerSecond }),
      giveUpAt: this.#clock.now() + GIVE_UP_AFTER_MS,
    };
  }
}

function dispatchIdOf(campaign: Campaign): DispatchId {
  return campaign.id as string as DispatchId;
}

function timerKey({ workspaceId, id }: Campaign): string {
  return `${workspaceId} ${id}`;
}
