import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Campaign, CampaignId, CampaignStatus, Expansion } from '#domain/campaign/model/campaign.js';

/**
 * The campaigns of all workspaces.
 *
 * Guarantees: `insert` with a known id changes nothing. `save` replaces the campaign and appends the events in one atomic
 * step, but only if its stored status and revision are still those of `before`; of two that decide at once one is told
 * `conflict` and has changed nothing. `advance` moves the expansion of a campaign and touches nothing else: it may be
 * repeated, and is never lost to a `save`. `find` sees every acknowledged write.
 */
export interface Campaigns {
  insert(campaign: Campaign): Promise<void>;
  find(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign | undefined>;
  page(workspaceId: WorkspaceId, page: PageRequest): Promise<Page<Campaign>>;
  save(before: Campaign, after: Campaign, events: readonly IntegrationEvent[]): Promise<'saved' | 'conflict'>;
  advance(id: CampaignId, expansion: Expansion): Promise<void>;
  /** Those in the given states whose audience has not been handed over entirely, oldest first, at most 100. */
  unexpanded(statuses: readonly CampaignStatus[]): Promise<readonly { campaign: Campaign; expansion: Expansion }[]>;
}
export const Campaigns = Symbol('Campaigns');
