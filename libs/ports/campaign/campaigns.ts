import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Campaign, CampaignId, Expansion } from '#domain/campaign/model/campaign.js';

export interface UnexpandedCampaign {
  readonly campaign: Campaign;
  readonly expansion: Expansion;
}

/**
 * The campaigns of all workspaces.
 *
 * Guarantees
 * - `insert` with a known id changes nothing.
 * - `save` replaces the campaign and appends the events in one atomic step, but only while the stored revision is that of
 *   `before`: of two that decide at once one is told `conflict` and has changed nothing, no event included.
 * - `advance` moves the expansion of a campaign and touches nothing else: no `save` loses it, and it loses no `save`. It
 *   only ever moves on: one that comes late, or again, changes nothing.
 * - `find` sees every acknowledged write. `page` is the newest first and may lag behind. `unexpanded` may lag behind, so
 *   whoever works on what it says looks again at what matters.
 */
export interface Campaigns {
  insert(campaign: Campaign): Promise<void>;
  find(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign | undefined>;
  page(workspaceId: WorkspaceId, page: PageRequest): Promise<Page<Campaign>>;
  save(before: Campaign, after: Campaign, events: readonly IntegrationEvent[]): Promise<'saved' | 'conflict'>;
  advance(id: CampaignId, expansion: Expansion): Promise<void>;
  /** Running ones whose audience has not been handed over entirely, of every workspace, oldest first, at most 100. */
  unexpanded(): Promise<readonly UnexpandedCampaign[]>;
}
export const Campaigns = Symbol('Campaigns');
