import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { Unsubscribes } from '#ports/campaign/unsubscribes.js';
import { to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { type ExpansionItem, expansionKey } from './campaign-items.js';
import type { DynamoPeople } from './dynamo-people.js';
import { SHARDS, shardOf } from './people-items.js';

export class DynamoUnsubscribes implements Unsubscribes {
  readonly #people: DynamoPeople;

  constructor(people: DynamoPeople) {
    this.#people = people;
  }

  async record(campaignId: string, subscriberId: string, at: Instant): Promise<boolean> {
    // A campaign that was there once is there for ever: a look is enough.
    if ((await this.workspaceOf(campaignId)) === undefined) return false;
    const { kind } = await this.#people.table.transact([
      {
        kind: 'put',
        item: { pk: key('UNSUBSCRIBED', campaignId, subscriberId), sk: 'unsubscribed', at },
        if: when`attribute_not_exists(pk)`,
      },
      { kind: 'update', key: countKey(campaignId, shardOf(subscriberId)), change: to`ADD #count ${1}` },
    ]);
    return kind === 'done';
  }

  async count(campaignId: string): Promise<number> {
    const keys = [...Array(SHARDS).keys()].map((shard) => countKey(campaignId, shard));
    const counts = await this.#people.table.getAll<{ count: number }>(keys);
    return counts.reduce((sum, { count }) => sum + count, 0);
  }

  async workspaceOf(campaignId: string): Promise<WorkspaceId | undefined> {
    return (await this.#people.table.get<ExpansionItem>(expansionKey(campaignId)))?.workspaceId;
  }

  async addressOf(workspaceId: WorkspaceId, subscriberId: string): Promise<EmailAddress | undefined> {
    return this.#people.addressOf(workspaceId, subscriberId);
  }
}

function countKey(campaignId: string, shard: number): Key {
  return { pk: key('UNSUBSCRIBE-COUNT', campaignId, shard), sk: 'count' };
}
