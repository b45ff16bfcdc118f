import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { List } from '#domain/campaign/model/subscriber.js';
import type { Lists } from '#ports/campaign/lists.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { cut } from './cut.js';

interface ListItem extends Key {
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly createdAt: number;
}

export class DynamoLists implements Lists {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async insert({ id, workspaceId, name, createdAt }: List): Promise<void> {
    const item: ListItem = { ...keyOf(workspaceId, id), workspaceId, name, createdAt };
    // Asked again after a lost answer it finds its own item: that is no other answer.
    await this.#table.put({ ...item }, when`attribute_not_exists(pk)`);
  }

  async find(workspaceId: WorkspaceId, id: ListId): Promise<List | undefined> {
    const item = await this.#table.get<ListItem>(keyOf(workspaceId, id));
    return item && listOf(item);
  }

  async page(workspaceId: WorkspaceId, { limit, after }: PageRequest): Promise<Page<List>> {
    const items = await this.#table.list<ListItem>({
      pk: partitionOf(workspaceId),
      limit: limit + 1,
      ...(after && { after: { pk: partitionOf(workspaceId), sk: after } }),
    });
    return cut(items.map(listOf), limit, ({ id }) => id);
  }
}

/** Those of them that are there, in no order. A list that was there once is there for ever: a look is enough. */
export async function listsNamed(
  table: DynamoTable,
  workspaceId: WorkspaceId,
  ids: readonly ListId[],
): Promise<List[]> {
  const items = await table.getAll<ListItem>([...new Set(ids)].map((id) => keyOf(workspaceId, id)));
  return items.map(listOf);
}

/**
 * Each once.
 * @throws Refusal `not_found` if one of them is not the workspace's
 */
export async function ownLists(
  table: DynamoTable,
  workspaceId: WorkspaceId,
  ids: readonly ListId[],
): Promise<ListId[]> {
  const own = new Set((await listsNamed(table, workspaceId, ids)).map(({ id }) => id));
  if (ids.some((id) => !own.has(id))) throw notFound('list');
  return [...new Set(ids)];
}

function partitionOf(workspaceId: WorkspaceId): string {
  return key('LIST', workspaceId);
}

/** The id is the sort key as it is: ids rise, and contain no signs of ours. */
function keyOf(workspaceId: WorkspaceId, id: ListId): Key {
  return { pk: partitionOf(workspaceId), sk: id };
}

function listOf({ sk, workspaceId, name, createdAt }: ListItem): List {
  return { id: sk as ListId, workspaceId, name, createdAt };
}
