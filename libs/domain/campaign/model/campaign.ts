import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import { type FieldFault, Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { DispatchControl } from '#domain/delivery/model/dispatch.js';
import type { Schedule } from './schedule.js';

export type CampaignId = Brand<string, 'CampaignId'>;
export type ListId = Brand<string, 'ListId'>;

export const campaignStatuses = ['draft', 'scheduled', 'running', 'paused', 'cancelled', 'finished'] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

/** Why a campaign could not start. */
export interface StartRefusal {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly faults: readonly FieldFault[];
}

/** One mailing to the members of one or more lists. Its id is also the id of its dispatch. */
export interface Campaign {
  readonly id: CampaignId;
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  /** `Name <address>` or a bare address. */
  readonly from: string;
  readonly replyTo?: string;
  /** Overrides the template's subject. */
  readonly subject?: string;
  readonly templateId: string;
  /** Frozen at the start: later versions of the template don't touch a started campaign. */
  readonly templateVersion?: number;
  /** How many its lists held at the start, somebody on two of them counted twice. */
  readonly audienceAtStart?: number;
  readonly listIds: readonly ListId[];
  /** Variables that are the same for everybody. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Messages a second. */
  readonly ratePerSecond?: number;
  readonly schedule?: Schedule;
  /** Its time came and it could not start: it is a draft again, until it is scheduled or started anew. */
  readonly startRefused?: StartRefusal & { readonly at: Instant };
  readonly status: CampaignStatus;
  /** Rises by one with every decision, so that of two made at once one is found out; delivery ignores an older one. */
  readonly revision: number;
  readonly createdAt: Instant;
  readonly startedAt?: Instant;
  readonly finishedAt?: Instant;
}

/** How far the audience has been handed to delivery. */
export interface Expansion {
  /** The last address handed over; undefined before the first. */
  readonly cursor?: string;
  readonly done: boolean;
}

/** What is frozen when a campaign starts. */
export interface AtStart {
  readonly templateVersion: number;
  readonly audienceAtStart: number;
}

export type CampaignCommand =
  | { readonly do: 'schedule'; readonly schedule: Schedule }
  | ({ readonly do: 'start' } & AtStart)
  | { readonly do: 'refuse-start'; readonly refusal: StartRefusal }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  | { readonly do: 'cancel' }
  | { readonly do: 'finish' }
  | { readonly do: 'reopen' };

/** From which states each command leads where. What is not here is refused. */
const transitions: Readonly<Record<CampaignCommand['do'], Partial<Record<CampaignStatus, CampaignStatus>>>> =
  {
    schedule: { draft: 'scheduled', scheduled: 'scheduled' },
    start: { draft: 'running', scheduled: 'running' },
    // Nobody waits for the answer of an alarm: whoever looks at the campaign finds it, instead of a start that never comes.
    'refuse-start': { scheduled: 'draft' },
    pause: { running: 'paused' },
    resume: { paused: 'running' },
    cancel: { draft: 'cancelled', scheduled: 'cancelled', running: 'cancelled', paused: 'cancelled' },
    finish: { running: 'finished' },
    // Only a retry of failed messages wakes a finished campaign.
    reopen: { finished: 'running' },
  };

export interface Decision {
  readonly campaign: Campaign;
  readonly events: readonly IntegrationEvent[];
}

/**
 * The only place where a campaign changes its state.
 * @throws Refusal `invalid_transition`, naming the state it is in and the one asked for
 */
export function decide(before: Campaign, command: CampaignCommand, now: Instant): Decision {
  const status = transitions[command.do][before.status];
  if (status === undefined) throw refusedTransition(before.status, command.do);
  const campaign: Campaign = { ...moved(before, command, now), status, revision: before.revision + 1 };
  return { campaign, events: eventsOf(before, campaign, now) };
}

/** What delivery has to obey; undefined while there is nothing to deliver. */
export function controlOf({ status, startedAt }: Campaign): DispatchControl | undefined {
  if (startedAt === undefined) return undefined;
  if (status === 'paused') return 'halted';
  return status === 'cancelled' ? 'cancelled' : 'open';
}

function moved(campaign: Campaign, command: CampaignCommand, now: Instant): Campaign {
  switch (command.do) {
    case 'schedule': {
      const { startRefused: _, ...anew } = campaign;
      return { ...anew, schedule: command.schedule };
    }
    case 'start': {
      const { do: _do, ...frozen } = command;
      const { startRefused: _, ...anew } = campaign;
      return { ...anew, ...frozen, startedAt: now };
    }
    case 'refuse-start': {
      const { schedule: _, ...unscheduled } = campaign;
      return { ...unscheduled, startRefused: { ...command.refusal, at: now } };
    }
    case 'cancel':
    case 'finish':
      return { ...campaign, finishedAt: now };
    case 'reopen': {
      const { finishedAt: _, ...unfinished } = campaign;
      return unfinished;
    }
    case 'pause':
    case 'resume':
      return campaign;
  }
}

/** Delivery hears of a decision when it asks for something else than the one before; everybody, when it is over. */
function eventsOf(before: Campaign, after: Campaign, now: Instant): readonly IntegrationEvent[] {
  const { id: campaignId, workspaceId, revision } = after;
  if (after.status === 'finished')
    return [{ type: 'campaign.finished', workspaceId, campaignId, revision, at: now }];
  const control = controlOf(after);
  if (control === undefined || control === controlOf(before)) return [];
  return [{ type: 'campaign.controlled', workspaceId, campaignId, control, revision }];
}

const targets: Readonly<Record<CampaignCommand['do'], CampaignStatus>> = {
  schedule: 'scheduled',
  start: 'running',
  'refuse-start': 'draft',
  pause: 'paused',
  resume: 'running',
  cancel: 'cancelled',
  finish: 'finished',
  reopen: 'running',
};

function refusedTransition(from: CampaignStatus, command: CampaignCommand['do']): Refusal {
  return new Refusal(
    'invalid_transition',
    `A campaign that is ${from} cannot become ${targets[command]} (${command}).`,
  );
}
