import type { DispatchId, DispatchOrder } from '#domain/delivery/model/dispatch.js';
import type { Campaign, CampaignId } from '#domain/campaign/model/campaign.js';
import { lastDueOf } from '#domain/campaign/model/schedule.js';

/** How long a campaign's messages may look for a provider once the last of them is due. */
export const GIVE_UP_AFTER_MS = 48 * 3_600_000;

/** A campaign's dispatch goes by the campaign's own id. */
export function dispatchIdOf(id: CampaignId): DispatchId {
  return id as string as DispatchId;
}

/**
 * What a started campaign orders from delivery; undefined before its start. It follows from the campaign alone, so whoever
 * opens it, and however often, opens the same.
 */
export function dispatchOf(campaign: Campaign): DispatchOrder | undefined {
  const {
    id,
    workspaceId,
    templateId,
    templateVersion,
    from,
    replyTo,
    subject,
    data,
    ratePerSecond,
    schedule,
  } = campaign;
  const { startedAt } = campaign;
  if (startedAt === undefined || templateVersion === undefined) return undefined;
  return {
    id: dispatchIdOf(id),
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
    giveUpAt: Math.max(startedAt, schedule === undefined ? 0 : lastDueOf(schedule)) + GIVE_UP_AFTER_MS,
  };
}
