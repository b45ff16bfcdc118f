import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { mergeData } from '#domain/campaign/model/subscriber.js';
import type { AudienceMember, Audiences } from '#ports/campaign/audiences.js';
import { ownLists } from './dynamo-lists.js';
import type { DynamoPeople } from './dynamo-people.js';
import { membersOf } from './ordered-people.js';
import { countKey, SHARDS } from './people-items.js';

export class DynamoAudiences implements Audiences {
  readonly #people: DynamoPeople;

  constructor(people: DynamoPeople) {
    this.#people = people;
  }

  async page(
    workspaceId: WorkspaceId,
    listIds: readonly ListId[],
    after: string | undefined,
    limit: number,
  ): Promise<readonly AudienceMember[]> {
    const lists = await ownLists(this.#people.table, workspaceId, listIds);
    const members = await membersOf(this.#people, workspaceId, lists, after ?? '', limit);
    return members.map((person) => ({
      address: person.email,
      subscriberId: person.id,
      timezone: person.timezone,
      data: mergeData(person, JSON.stringify(person.attributes)),
    }));
  }

  async count(workspaceId: WorkspaceId, listIds: readonly ListId[]): Promise<number> {
    const lists = await ownLists(this.#people.table, workspaceId, listIds);
    const keys = lists.flatMap((list) => [...Array(SHARDS).keys()].map((shard) => countKey(list, shard)));
    const counts = await this.#people.table.getAll<{ members: number }>(keys);
    return counts.reduce((sum, { members }) => sum + members, 0);
  }
}
