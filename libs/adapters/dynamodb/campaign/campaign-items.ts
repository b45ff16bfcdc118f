import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Campaign, Expansion } from '#domain/campaign/model/campaign.js';
import { key, type Key } from '../engine/keys.js';

export const CAMPAIGN = 'campaign';
/** Of every workspace together: as many as are handed over at this moment, which are few. */
export const UNEXPANDED = 'CAMPAIGN-UNEXPANDED';

export interface CampaignItem extends Key {
  readonly workspaceId: WorkspaceId;
  readonly revision: number;
  readonly body: string;
  readonly gsi1pk: string;
  readonly gsi1sk: string;
}

export interface ExpansionItem extends Key {
  /** For links, which carry none: this item is small, and the campaign's may not be. */
  readonly workspaceId: WorkspaceId;
  readonly cursor?: string;
  readonly done: boolean;
  readonly gsi2pk?: string;
  readonly gsi2sk?: string;
}

export function campaignKey(id: string): Key {
  return { pk: key('CAMPAIGN', id), sk: CAMPAIGN };
}

export function expansionKey(id: string): Key {
  return { pk: key('CAMPAIGN', id), sk: 'expansion' };
}

export function workspacePartition(workspaceId: WorkspaceId): string {
  return key('CAMPAIGNS', workspaceId);
}

export function campaignItem(campaign: Campaign): CampaignItem {
  const { id, workspaceId, revision } = campaign;
  const place = { gsi1pk: workspacePartition(workspaceId), gsi1sk: id };
  return { ...campaignKey(id), workspaceId, revision, body: JSON.stringify(campaign), ...place };
}

export function campaignOf({ body }: CampaignItem): Campaign {
  return JSON.parse(body) as Campaign;
}

export function expansionOf({ cursor, done }: ExpansionItem): Expansion {
  return { ...(cursor !== undefined && { cursor }), done };
}

/** Where an expansion stands in the index of what is to be handed over. */
export function expansionPlace(id: string, isRunning: boolean): { gsi2pk?: string; gsi2sk?: string } {
  return isRunning ? { gsi2pk: UNEXPANDED, gsi2sk: id } : {};
}
