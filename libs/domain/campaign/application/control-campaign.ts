import { Inject, Injectable } from '@nestjs/common';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { DispatchStats } from '#domain/delivery/model/dispatch-stats.js';
import {
  type Campaign,
  type CampaignCommand,
  type CampaignId,
  controlOf,
  decide,
} from '#domain/campaign/model/campaign.js';
import { readSchedule, startOf } from '#domain/campaign/model/schedule.js';
import { Campaigns } from '#ports/campaign/campaigns.js';
import { Timers } from '#ports/events/timers.js';
import { Clock } from '#ports/system/clock.js';
import { dispatchIdOf, dispatchOf } from './campaign-dispatch.js';
import { CampaignWork } from './campaign-work.js';
import { FreezeCampaign } from './freeze-campaign.js';

/** The timer that starts a scheduled campaign. */
export const START_TIMER = 'campaign.start';
/** Several deciding at once: whoever was overtaken looks again. */
const TRIES = 10;
/** How long after it was made a decision has been saved, or never will be. */
const SAVED_BY_THEN_MS = 60_000;

/** What a start is refused for until somebody changes the campaign or its template: asking again by itself changes nothing. */
const FOR_GOOD: ReadonlySet<RefusalCode> = new Set(['not_found', 'missing_variable']);

/** The command for a campaign as it is found; undefined to leave it as it is. */
type Choose = (campaign: Campaign) => CampaignCommand | undefined;

/**
 * Everything that changes a campaign's state. The state and the event that tells of it are saved together; delivery is
 * told before the caller is answered, and again by the event should the process die in between.
 */
@Injectable()
export class ControlCampaign {
  readonly #campaigns: Campaigns;
  readonly #delivery: DeliveryFacade;
  readonly #freeze: FreezeCampaign;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #work: CampaignWork;

  constructor(
    @Inject(Campaigns) campaigns: Campaigns,
    @Inject(DeliveryFacade) delivery: DeliveryFacade,
    freeze: FreezeCampaign,
    @Inject(Timers) timers: Timers,
    @Inject(Clock) clock: Clock,
    work: CampaignWork,
  ) {
    this.#campaigns = campaigns;
    this.#delivery = delivery;
    this.#freeze = freeze;
    this.#timers = timers;
    this.#clock = clock;
    this.#work = work;
  }

  /** @throws Refusal `not_found` | `invalid_transition` | `invalid_schedule` */
  async schedule(
    workspaceId: WorkspaceId,
    id: CampaignId,
    scheduleAt: string,
    timezone: string | undefined,
  ): Promise<Campaign> {
    const command: CampaignCommand = {
      do: 'schedule',
      schedule: readSchedule(scheduleAt, timezone, this.#clock.now()),
    };
    // Refused before the alarm of the schedule in force is moved.
    const before = await this.#find(workspaceId, id);
    decide(before, command, this.#clock.now());
    // A scheduled campaign without an alarm would never start. So there is one first, to look into it soon: if the process
    // dies before the alarm that is meant has been set, that one finds out which schedule is in force.
    await this.#setAlarm(before, this.#clock.now() + SAVED_BY_THEN_MS);
    const campaign = await this.#decide(workspaceId, id, () => command);
    await this.#setAlarmInForce(workspaceId, id);
    return campaign;
  }

  /** @throws Refusal `not_found` | `invalid_transition` | `missing_variable` */
  start(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    return this.#start(workspaceId, id, () => true);
  }

  /**
   * After it resolves no send of the campaign starts; calls under way finish.
   * @throws Refusal `not_found` | `invalid_transition`
   */
  pause(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    return this.#decide(workspaceId, id, () => ({ do: 'pause' }));
  }

  /** @throws Refusal `not_found` | `invalid_transition` */
  async resume(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    const campaign = await this.#decide(workspaceId, id, () => ({ do: 'resume' }));
    this.#work.expansionMayGoOn();
    // What was under way at the pause may have been the last of it: delivery told that when nobody was to finish.
    await this.followDelivery(workspaceId, id);
    return campaign;
  }

  /**
   * Final: after it resolves no send of the campaign starts, and none ever will.
   * @throws Refusal `not_found` | `invalid_transition`
   */
  cancel(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    return this.#decide(workspaceId, id, () => ({ do: 'cancel' }));
  }

  /**
   * The alarm of a scheduled campaign. It may ring twice, late, or for a schedule that was changed since. A campaign that
   * cannot start becomes a draft again and says why: one save, so that there is no moment with one and without the other.
   */
  async startIfDue(key: string): Promise<void> {
    const [workspaceId, id] = key.split(' ') as [WorkspaceId, CampaignId];
    const campaign = await this.#campaigns.find(workspaceId, id);
    if (campaign?.status !== 'scheduled') return;
    if (!this.#isDue(campaign)) return this.#setAlarmInForce(workspaceId, id);
    try {
      await this.#start(workspaceId, id, (found) => this.#isDue(found));
    } catch (error) {
      await this.#refuseStart(campaign, error);
    }
  }

  /** Tells delivery what it has to obey once more: the process may have died before it was told. */
  async tellDelivery(workspaceId: WorkspaceId, id: CampaignId): Promise<void> {
    const campaign = await this.#campaigns.find(workspaceId, id);
    if (!campaign) return;
    await this.#tell(campaign);
    await this.followDelivery(workspaceId, id);
  }

  /**
   * Brings the state in line with what delivery says: a running campaign of which nothing is pending any more is finished, a
   * finished one whose failed messages are tried again runs. The news may be old, and may be told twice. Paused and
   * cancelled ones stay as they are.
   */
  async followDelivery(workspaceId: WorkspaceId, id: CampaignId): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const campaign = await this.#campaigns.find(workspaceId, id);
      const stats = await this.#delivery.stats(dispatchIdOf(id));
      const command = campaign && followUp(campaign, stats);
      if (!command) return;
      const { campaign: after, events } = decide(campaign, command, this.#clock.now());
      // And once more: failed messages may have been taken up between our look and our save.
      await this.#campaigns.save(campaign, after, events);
    }
  }

  async #start(
    workspaceId: WorkspaceId,
    id: CampaignId,
    may: (campaign: Campaign) => boolean,
  ): Promise<Campaign> {
    const before = await this.#find(workspaceId, id);
    if (!may(before)) return before;
    // That it has run already is said before what else would be wrong with it.
    decide(before, { do: 'start', templateVersion: 0, audienceAtStart: 0 }, this.#clock.now());
    const frozen = await this.#freeze.atStart(before);
    const campaign = await this.#decide(workspaceId, id, (found) =>
      may(found) ? { do: 'start', ...frozen } : undefined,
    );
    this.#work.expansionMayGoOn();
    return campaign;
  }

  /**
   * @throws what the start failed with, if it may do better the next time: the storage was out of order, or somebody moved
   *   the campaign meanwhile, and the refusal was about what it is no more
   */
  async #refuseStart({ workspaceId, id, revision }: Campaign, error: unknown): Promise<void> {
    if (!(error instanceof Refusal) || !FOR_GOOD.has(error.code)) throw error;
    const refusal = { code: error.code, detail: error.message, faults: error.faults };
    const { status } = await this.#decide(workspaceId, id, (found) =>
      found.revision === revision ? { do: 'refuse-start', refusal } : undefined,
    );
    if (status === 'scheduled') throw error;
  }

  async #decide(workspaceId: WorkspaceId, id: CampaignId, choose: Choose): Promise<Campaign> {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = await this.#find(workspaceId, id);
      const command = choose(before);
      if (!command) return before;
      const { campaign, events } = decide(before, command, this.#clock.now());
      if ((await this.#campaigns.save(before, campaign, events)) === 'conflict') continue;
      if (events.length > 0) await this.#tell(campaign);
      return campaign;
    }
    throw new Refusal('invalid_transition', 'Others are changing this campaign at the same time.', {
      retryAfterMs: 1000,
    });
  }

  /** The dispatch is opened first, whoever comes first: a pause told before the opening would be forgotten. */
  async #tell(campaign: Campaign): Promise<void> {
    const [dispatch, control] = [dispatchOf(campaign), controlOf(campaign)];
    if (!dispatch || !control) return;
    await this.#delivery.open(dispatch);
    await this.#delivery.control(dispatch.id, control, campaign.revision);
    // What has been handed over is all there will ever be.
    if (control === 'cancelled') await this.#delivery.seal(dispatch.id);
  }

  #isDue({ status, schedule }: Campaign): boolean {
    return status === 'scheduled' && schedule !== undefined && startOf(schedule) <= this.#clock.now();
  }

  /** Several may be moving the same campaign: whoever set the alarm last looks again whether it is the right one. */
  async #setAlarmInForce(workspaceId: WorkspaceId, id: CampaignId): Promise<void> {
    let set: number | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      const campaign = await this.#find(workspaceId, id);
      if (campaign.status !== 'scheduled' || !campaign.schedule || campaign.revision === set) return;
      await this.#setAlarm(campaign, startOf(campaign.schedule));
      set = campaign.revision;
    }
  }

  async #setAlarm({ workspaceId, id }: Campaign, at: Instant): Promise<void> {
    await this.#timers.set({ kind: START_TIMER, key: `${workspaceId} ${id}`, at });
  }

  async #find(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign> {
    const campaign = await this.#campaigns.find(workspaceId, id);
    if (!campaign) throw notFound('campaign');
    return campaign;
  }
}

function followUp({ status }: Campaign, stats: DispatchStats | undefined): CampaignCommand | undefined {
  if (!stats?.sealed) return undefined;
  const moving = stats.counts.pending + stats.counts.submitting > 0;
  if (status === 'running' && !moving) return { do: 'finish' };
  return status === 'finished' && moving ? { do: 'reopen' } : undefined;
}
