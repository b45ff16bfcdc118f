import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Campaign, CampaignId, Expansion } from '#domain/campaign/model/campaign.js';
import type { Campaigns, UnexpandedCampaign } from '#ports/campaign/campaigns.js';
import type { Unsubscribes } from '#ports/campaign/unsubscribes.js';
import type { Clock } from '#ports/system/clock.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { campaignsStore } from './campaigns-store.js';

export class SqliteCampaigns implements Campaigns {
  readonly #calls;
  readonly #clock: Clock;

  constructor(storage: SqliteStorage, clock: Clock) {
    this.#calls = storage.calls(campaignsStore);
    this.#clock = clock;
  }

  async insert(campaign: Campaign): Promise<void> {
    await this.#calls.write('insert', campaign);
  }

  find(workspace: WorkspaceId, id: CampaignId): Promise<Campaign | undefined> {
    return this.#calls.read('find', { workspace, id });
  }

  async page(workspace: WorkspaceId, page: PageRequest): Promise<Page<Campaign>> {
    // Every id sorts before a tilde.
    const rows = await this.#calls.read('page', {
      workspace,
      before: page.after ?? '~',
      limit: page.limit + 1,
    });
    const data = rows.slice(0, page.limit);
    return { data, next: rows.length > page.limit ? (data.at(-1)?.id ?? null) : null };
  }

  save(
    before: Campaign,
    after: Campaign,
    events: readonly IntegrationEvent[],
  ): Promise<'saved' | 'conflict'> {
    return this.#calls.write('save', { before, after, events, now: this.#clock.now() });
  }

  async advance(id: CampaignId, expansion: Expansion): Promise<void> {
    await this.#calls.write('advance', { id, expansion });
  }

  unexpanded(): Promise<readonly UnexpandedCampaign[]> {
    return this.#calls.read('unexpanded', undefined);
  }
}

export class SqliteUnsubscribes implements Unsubscribes {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(campaignsStore);
  }

  record(campaign: string, subscriber: string, at: number): Promise<boolean> {
    return this.#calls.write('recordUnsubscribe', { campaign, subscriber, at });
  }

  count(campaign: string): Promise<number> {
    return this.#calls.read('unsubscribesOf', { campaign });
  }

  workspaceOf(campaign: string): Promise<WorkspaceId | undefined> {
    return this.#calls.read('workspaceOf', { campaign }) as Promise<WorkspaceId | undefined>;
  }

  addressOf(workspace: WorkspaceId, subscriber: string): Promise<EmailAddress | undefined> {
    return this.#calls.read('addressOf', { workspace, subscriber }) as Promise<EmailAddress | undefined>;
  }
}
