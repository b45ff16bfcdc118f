import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Campaign, CampaignId, Expansion } from '#domain/campaign/model/campaign.js';
import type { Campaigns, UnexpandedCampaign } from '#ports/campaign/campaigns.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import type { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import {
  CAMPAIGN,
  type CampaignItem,
  campaignItem,
  campaignKey,
  campaignOf,
  type ExpansionItem,
  expansionKey,
  expansionOf,
  expansionPlace,
  UNEXPANDED,
  workspacePartition,
} from './campaign-items.js';
import { cut } from './cut.js';

const MOST_UNEXPANDED = 100;
/** Of saving: an event whose number another one has, or an expansion that ended meanwhile, is no conflict. */
const MOST_ATTEMPTS = 20;

/**
 * A campaign is two items: what was decided of it, which changes seldom, and how far its audience is handed over, which changes
 * with every page. The second stands in the index of what is to be handed over while that is so.
 */
export class DynamoCampaigns implements Campaigns {
  readonly #table: DynamoTable;
  readonly #outbox: DynamoOutbox;
  readonly #clock: Clock;

  constructor(table: DynamoTable, outbox: DynamoOutbox, clock: Clock) {
    this.#table = table;
    this.#outbox = outbox;
    this.#clock = clock;
  }

  async insert(campaign: Campaign): Promise<void> {
    const { id, workspaceId, status } = campaign;
    const place = expansionPlace(id, status === 'running');
    const expansion: ExpansionItem = { ...expansionKey(id), workspaceId, done: false, ...place };
    const isNew = when`attribute_not_exists(pk)`;
    await this.#table.transact([
      { kind: 'put', item: { ...campaignItem(campaign) }, if: isNew },
      { kind: 'put', item: { ...expansion } },
    ]);
  }

  async find(workspaceId: WorkspaceId, id: CampaignId): Promise<Campaign | undefined> {
    const item = await this.#table.get<CampaignItem>(campaignKey(id));
    return item?.workspaceId === workspaceId ? campaignOf(item) : undefined;
  }

  async page(workspaceId: WorkspaceId, { limit, after }: PageRequest): Promise<Page<Campaign>> {
    const gsi1pk = workspacePartition(workspaceId);
    const items = await this.#table.list<CampaignItem>({
      index: 'gsi1',
      pk: gsi1pk,
      limit: limit + 1,
      descending: true,
      ...(after && { after: { ...campaignKey(after), gsi1pk, gsi1sk: after } }),
    });
    return cut(items.map(campaignOf), limit, ({ id }) => id);
  }

  async save(
    before: Campaign,
    after: Campaign,
    events: readonly IntegrationEvent[],
  ): Promise<'saved' | 'conflict'> {
    const { id, workspaceId, revision } = before;
    const put: Write = {
      kind: 'put',
      item: { ...campaignItem({ ...after, id, workspaceId }) },
      if: when`#revision = ${revision} AND #workspaceId = ${workspaceId}`,
    };
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const expansion = await this.#table.get<ExpansionItem>(expansionKey(id));
      const moved = expansion ? placing(expansion, after) : [];
      const told = events.map((event) => this.#outbox.entry(event, this.#clock.now()));
      const saved = await this.#table.transact([put, ...moved, ...told]);
      if (saved.kind === 'done') {
        if (told.length > 0) this.#outbox.appended();
        return 'saved';
      }
      if (saved.by.has(0)) return 'conflict';
    }
    throw new Refusal('storage_unavailable', 'The decision could not be stored.');
  }

  /** Each step may be done again, and a death between them leaves a campaign whose last page is handed over once more. */
  async advance(id: CampaignId, { cursor, done }: Expansion): Promise<void> {
    if (cursor !== undefined) {
      const isOnward = when`#done = ${false} AND (attribute_not_exists(#cursor) OR #cursor < ${cursor})`;
      await this.#table.update(expansionKey(id), to`SET #cursor = ${cursor}`, isOnward);
    }
    if (!done) return;
    const over = to`SET #done = ${true} REMOVE #gsi2pk, #gsi2sk`;
    await this.#table.update(expansionKey(id), over, when`attribute_exists(pk)`);
  }

  async unexpanded(): Promise<readonly UnexpandedCampaign[]> {
    // The index lags: what it names is read again.
    const named = await this.#table.list<ExpansionItem>({
      index: 'gsi2',
      pk: UNEXPANDED,
      limit: MOST_UNEXPANDED,
    });
    const keys = named.flatMap(({ pk, sk }) => [
      { pk, sk },
      { pk, sk: CAMPAIGN },
    ]);
    const items = await this.#table.getAll<CampaignItem | ExpansionItem>(keys);
    const expansions = new Map(items.flatMap((one) => ('done' in one ? [[one.pk, one] as const] : [])));
    return items
      .flatMap((item): UnexpandedCampaign[] => {
        const expansion = expansions.get(item.pk);
        if (!('body' in item) || !expansion || expansion.done) return [];
        return [{ campaign: campaignOf(item), expansion: expansionOf(expansion) }];
      })
      .filter(({ campaign }) => campaign.status === 'running')
      .sort((a, b) => (a.campaign.id < b.campaign.id ? -1 : 1));
  }
}

/** What puts the expansion into the index or takes it out of it, if it is not where it ought to be; once it is over it is out. */
function placing(expansion: ExpansionItem, { id, status }: Campaign): Write[] {
  const wanted = expansionPlace(id, status === 'running');
  if (expansion.done || expansion.gsi2pk === wanted.gsi2pk) return [];
  const change = wanted.gsi2pk === undefined ? to`REMOVE #gsi2pk, #gsi2sk` : fields({ ...wanted });
  return [{ kind: 'update', key: expansionKey(id), change, if: when`#done = ${false}` }];
}
