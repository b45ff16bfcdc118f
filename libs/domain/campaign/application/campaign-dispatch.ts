import type { Instant } from '#domain/kernel/brand.js';
import type { DispatchId, DispatchOrder } from '#domain/delivery/model/dispatch.js';
import type { Campaign, CampaignId } from '#domain/campaign/model/campaign.js';
import { lastDueOf } from '#domain/campaign/model/schedule.js';

/** How long a campaign's messages may look for a provider once the last of them is due. */
export const GIVE_UP_AFTER_MS = 48 * 3_600_000;
/** A campaign with a rate may take this many times as long as the rate needs: providers fail, and lists grow. */
const SLACK = 2;

/** A campaign's dispatch goes by the campaign's own id. */
export function dispatchIdOf(id: CampaignId): DispatchId {
  return id as string as DispatchId;
}

/**
 * What a started campaign orders from delivery; undefined before its start. It follows from the campaign alone, so whoever
 * opens it, and however often, opens the same.
 */
export function dispatchOf(campaign: Campaign): DispatchOrder | undefined {
  const { id, workspaceId, templateId, templateVersion, from, replyTo, subject, data } = campaign;
  const { ratePerSecond, startedAt } = campaign;
  if (startedAt === undefined || templateVersion === undefined) return undefined;
  return {
    id: dispatchIdOf(id),
    workspaceId,
    channel: 'email',
    lane: 'bulk',
    purpose: 'marketing',
    unknownPolicy: 'park',
    refersTo: 'subscriber',
    content: {
      templateId,
      templateVersion,
      from,
      data,
      ...(replyTo !== undefined && { replyTo }),
      ...(subject !== undefined && { subject }),
    },
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    giveUpAt: lastTurnOf(campaign, startedAt) + GIVE_UP_AFTER_MS,
  };
}

/** By then everybody has had a turn: a million people at one a second take eleven days, and none of them is late. */
function lastTurnOf({ schedule, ratePerSecond, audienceAtStart = 0 }: Campaign, startedAt: Instant): Instant {
  const lastDue = Math.max(startedAt, schedule === undefined ? 0 : lastDueOf(schedule));
  if (ratePerSecond === undefined) return lastDue;
  return lastDue + Math.ceil((SLACK * audienceAtStart * 1000) / ratePerSecond);
}
