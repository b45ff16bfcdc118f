import type { WorkspaceId } from '#domain/kernel/brand.js';
import { pairOf } from '#domain/chat/model/conversation.js';
import type { Blocks } from '#ports/chat/blocks.js';
import { to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { EVERY, type PairItem } from './chat-items.js';
import { blocksPartition, pairKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';

interface BlockItem extends Key {
  readonly blocked: string;
}

/** A block is in the list of whoever set it, and with the pair, where each message of the two is measured by it. */
export class DynamoBlocks implements Blocks {
  readonly #chat: ChatTable;

  constructor(chat: ChatTable) {
    this.#chat = chat;
  }

  async put(workspaceId: WorkspaceId, userId: string, blocked: string): Promise<void> {
    await this.#chat.table.transact([
      { kind: 'put', item: { ...blockKey(workspaceId, userId, blocked), blocked } },
      {
        kind: 'update',
        key: pairKey(workspaceId, pairOf(userId, blocked)),
        change: to`ADD #blockedBy ${new Set([userId])}`,
      },
    ]);
  }

  async remove(workspaceId: WorkspaceId, userId: string, blocked: string): Promise<void> {
    // Refused is removed already.
    await this.#chat.table.transact([
      { kind: 'delete', key: blockKey(workspaceId, userId, blocked), if: when`attribute_exists(pk)` },
      {
        kind: 'update',
        key: pairKey(workspaceId, pairOf(userId, blocked)),
        change: to`DELETE #blockedBy ${new Set([userId])}`,
      },
    ]);
  }

  async of(workspaceId: WorkspaceId, userId: string): Promise<readonly string[]> {
    const pk = blocksPartition(workspaceId, userId);
    const found = await this.#chat.table.list<BlockItem>({ pk, limit: EVERY });
    return found.map(({ blocked }) => blocked);
  }

  async between(workspaceId: WorkspaceId, one: string, other: string): Promise<boolean> {
    const pair = await this.#chat.table.get<PairItem>(pairKey(workspaceId, pairOf(one, other)));
    return pair?.blockedBy !== undefined;
  }

  async among(
    workspaceId: WorkspaceId,
    userId: string,
    others: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const unique = [...new Set(others)];
    const placeOf = (other: string): Key => pairKey(workspaceId, pairOf(userId, other));
    const pairs = await this.#chat.table.getAll<PairItem>(unique.map(placeOf));
    const blocked = new Set(pairs.flatMap(({ pk, blockedBy }) => (blockedBy ? [pk] : [])));
    return new Set(unique.filter((other) => blocked.has(placeOf(other).pk)));
  }
}

function blockKey(workspaceId: WorkspaceId, userId: string, blocked: string): Key {
  return { pk: blocksPartition(workspaceId, userId), sk: key('U', blocked) };
}
