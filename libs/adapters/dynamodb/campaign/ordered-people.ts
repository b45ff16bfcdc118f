import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Subscriber } from '#domain/campaign/model/subscriber.js';
import { when } from '../engine/expressions.js';
import type { Key } from '../engine/keys.js';
import type { DynamoPeople } from './dynamo-people.js';
import { MergedPartitions } from './merged-partitions.js';
import { membersPartition, peoplePartition, type PersonItem, SHARDS, standingOf } from './people-items.js';

const SHARD_NUMBERS = [...Array(SHARDS).keys()];

/** In order of address, those behind `after`: fewer than `limit` at the end only. */
export async function everybody(
  people: DynamoPeople,
  workspaceId: WorkspaceId,
  after: string,
  limit: number,
): Promise<Subscriber[]> {
  const merged = new MergedPartitions<PersonItem>(people.table, {
    partitions: SHARD_NUMBERS.map((shard) => peoplePartition(workspaceId, shard)),
    after,
    likely: limit,
    // Of somebody who was removed there may be left which lists they do not want.
    filter: when`attribute_exists(#person)`,
  });
  return (await merged.take(limit)).flatMap((item) => standingOf(item).subscriber ?? []);
}

/** The same of the members of any of the lists. */
export async function membersOf(
  people: DynamoPeople,
  workspaceId: WorkspaceId,
  listIds: readonly ListId[],
  after: string,
  limit: number,
): Promise<Subscriber[]> {
  const merged = new MergedPartitions<Key>(people.table, {
    partitions: listIds.flatMap((list) => SHARD_NUMBERS.map((shard) => membersPartition(list, shard))),
    after,
    likely: limit,
  });
  const members: Subscriber[] = [];
  while (members.length < limit) {
    const wanted = limit - members.length;
    const addresses = (await merged.take(wanted)).map(({ sk }) => sk);
    const known = await people.standings(workspaceId, addresses);
    for (const address of addresses) {
      const { subscriber, lists = [] } = known.get(address) ?? {};
      // The person may have left since the list was read.
      if (subscriber && lists.some((list) => listIds.includes(list))) members.push(subscriber);
    }
    if (addresses.length < wanted) break;
  }
  return members;
}
