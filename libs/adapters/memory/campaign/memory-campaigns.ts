import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Campaign, CampaignId, Expansion } from '#domain/campaign/model/campaign.js';
import type { Campaigns, UnexpandedCampaign } from '#ports/campaign/campaigns.js';
import type { Clock } from '#ports/system/clock.js';
import type { MemoryOutbox } from '../events/memory-outbox.js';

const MOST_UNEXPANDED = 100;

interface Row {
  campaign: Campaign;
  expansion: Expansion;
}

export class MemoryCampaigns implements Campaigns {
  readonly #rows = new Map<string, Row>();
  readonly #outbox: MemoryOutbox;
  readonly #clock: Clock;

  constructor(outbox: MemoryOutbox, clock: Clock) {
    this.#outbox = outbox;
    this.#clock = clock;
  }

  async insert(campaign: Campaign): Promise<void> {
    if (this.#rows.has(campaign.id)) return;
    this.#rows.set(campaign.id, { campaign: structuredClone(campaign), expansion: { done: false } });
  }

  async find(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign | undefined> {
    const row = this.#rows.get(id);
    return row?.campaign.workspaceId === workspaceId ? row.campaign : undefined;
  }

  async page(workspaceId: WorkspaceId, { limit, after }: PageRequest): Promise<Page<Campaign>> {
    const rest = [...this.#rows.values()]
      .map(({ campaign }) => campaign)
      .filter((one) => one.workspaceId === workspaceId && (after === undefined || one.id < after))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const data = rest.slice(0, limit);
    return { data, next: rest.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  async save(
    before: Campaign,
    after: Campaign,
    events: readonly IntegrationEvent[],
  ): Promise<'saved' | 'conflict'> {
    const row = this.#rows.get(before.id);
    const known =
      row?.campaign.workspaceId === before.workspaceId && row.campaign.revision === before.revision;
    if (!row || !known) return 'conflict';
    row.campaign = structuredClone(after);
    for (const event of events) this.#outbox.append(event, this.#clock.now());
    return 'saved';
  }

  async advance(id: CampaignId, { cursor = '', done }: Expansion): Promise<void> {
    const row = this.#rows.get(id);
    if (!row || row.expansion.done) return;
    const { cursor: known = '' } = row.expansion;
    const furthest = cursor > known ? cursor : known;
    row.expansion = furthest === '' ? { done } : { cursor: furthest, done };
  }

  async unexpanded(): Promise<readonly UnexpandedCampaign[]> {
    return [...this.#rows.values()]
      .filter(({ campaign, expansion }) => campaign.status === 'running' && !expansion.done)
      .sort((a, b) => (a.campaign.id < b.campaign.id ? -1 : 1))
      .slice(0, MOST_UNEXPANDED)
      .map(({ campaign, expansion }) => ({ campaign, expansion }));
  }

  /** For links, which carry no workspace. */
  workspaceOf(id: string): WorkspaceId | undefined {
    return this.#rows.get(id)?.campaign.workspaceId;
  }
}
