import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { Unsubscribes } from '#ports/campaign/unsubscribes.js';
import type { MemoryCampaigns } from './memory-campaigns.js';
import type { MemoryPeople } from './memory-people.js';

export class MemoryUnsubscribes implements Unsubscribes {
  readonly #campaigns: MemoryCampaigns;
  readonly #people: MemoryPeople;
  readonly #left = new Map<string, Set<string>>();

  constructor(campaigns: MemoryCampaigns, people: MemoryPeople) {
    this.#campaigns = campaigns;
    this.#people = people;
  }

  async record(campaignId: string, subscriberId: string): Promise<boolean> {
    if (this.#campaigns.workspaceOf(campaignId) === undefined) return false;
    const left = this.#left.get(campaignId) ?? new Set();
    this.#left.set(campaignId, left);
    const first = !left.has(subscriberId);
    left.add(subscriberId);
    return first;
  }

  async count(campaignId: string): Promise<number> {
    return this.#left.get(campaignId)?.size ?? 0;
  }

  async workspaceOf(campaignId: string): Promise<WorkspaceId | undefined> {
    return this.#campaigns.workspaceOf(campaignId);
  }

  async addressOf(workspaceId: WorkspaceId, subscriberId: string): Promise<EmailAddress | undefined> {
    return this.#people.addressOf(workspaceId, subscriberId);
  }
}
