import { createHash } from 'node:crypto';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import {
  type Connection,
  CONNECTION_LIVES_MS,
  type ConnectionFollowing,
  type Connections,
} from '#ports/chat/connections.js';
import type { Position } from '#ports/chat/message-log.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import { key, type Key, ttlAt } from '../engine/keys.js';

/** Partitions of the followers of one conversation: a message in a room of 5,000 moves 5,000 positions. */
const FOLLOWER_SHARDS = 4;
/** Partitions in which lapsed connections are looked for. */
const LAPSE_SHARDS = 4;
const META = 'META';
const FOLLOWS = 'FOLLOWS';
/** More than any answer holds: those end by bytes. */
const ALL_AT_ONCE = 100_000;

interface ConnectionItem extends Key, Connection {
  /** When it is forgotten, whatever was said of it. */
  readonly until: Instant;
}

interface FollowerItem extends Key, Position {
  readonly connectionId: string;
  readonly userId: string;
  readonly until: Instant;
}

interface FollowedItem extends Key {
  readonly conversationId: ConversationId;
  readonly workspaceId: WorkspaceId;
}

/**
 * A connection is `CONN#id META` and a name among those of its user; what it follows stands beside it, and, with the position, in a
 * shard of the conversation.
 *
 * Following and closing meet without a transaction (sixteen conversations are followed at once, and all would check the one connection):
 * who closes removes the connection first and then what it follows; who follows writes that down first and then looks whether the
 * connection is there. One of the two sees the other.
 */
export class DynamoConnections implements Connections {
  readonly #table: DynamoTable;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(table: DynamoTable, clock: Pick<Clock, 'now'>) {
    this.#table = table;
    this.#clock = clock;
  }

  /** A name without its connection leads nowhere: it may be written alone. */
  async open(connection: Connection): Promise<void> {
    const { id, workspaceId, userId, lapsesAt } = connection;
    const until = connection.openedAt + CONNECTION_LIVES_MS;
    const ttl = ttlAt(until);
    await this.#table.put({ ...userKey(workspaceId, userId, id), connectionId: id, ttl });
    await this.#table.put({ ...metaKey(id), ...connection, ...lapseKey(id, lapsesAt), until, ttl });
  }

  async find(id: string): Promise<Connection | undefined> {
    return this.#there(await this.#table.get<ConnectionItem>(metaKey(id)));
  }

  async change(
    id: string,
    change: Partial<Pick<Connection, 'tokenUntil' | 'lapsesAt' | 'state'>>,
  ): Promise<Connection | undefined> {
    const { lapsesAt } = change;
    const written = await this.#table.update<ConnectionItem>(
      metaKey(id),
      fields({ ...change, ...(lapsesAt !== undefined && lapseKey(id, lapsesAt)) }),
      when`attribute_exists(pk) AND #until > ${this.#clock.now()}`,
    );
    return written.kind === 'done' ? this.#there(written.item) : undefined;
  }

  async close(id: string): Promise<{ connection: Connection; followed: ConversationId[] } | undefined> {
    const item = await this.#table.get<ConnectionItem>(metaKey(id));
    const removed = item && (await this.#table.delete(metaKey(id), when`attribute_exists(pk)`));
    // Also of a connection that is there no more: whoever removed it may have died here.
    const items = await this.#followedBy(id);
    await Promise.all(
      items.map(({ workspaceId, conversationId }) => this.#forget(id, workspaceId, conversationId)),
    );
    if (item) await this.#table.delete(userKey(item.workspaceId, item.userId, id));
    if (!item || removed !== 'done') return undefined;
    return { connection: connectionOf(item), followed: items.map(({ conversationId }) => conversationId) };
  }

  async ofUser(workspaceId: WorkspaceId, userId: string): Promise<readonly Connection[]> {
    const { pk } = userKey(workspaceId, userId, '');
    const names = await this.#table.list<Key & { connectionId: string }>({ pk, limit: 1_000 });
    const found = await this.#table.getAll<ConnectionItem>(
      names.map(({ connectionId }) => metaKey(connectionId)),
    );
    return found.flatMap((item) => this.#there(item) ?? []);
  }

  async follow(
    connection: Connection,
    conversationId: ConversationId,
    { seq, rev }: Position,
  ): Promise<{ isNew: boolean } | undefined> {
    const { id, workspaceId, userId, openedAt } = connection;
    const until = openedAt + CONNECTION_LIVES_MS;
    const ttl = ttlAt(until);
    // First where it is looked for by who closes: a follower that nobody finds would be told of for a day.
    await this.#table.put({ ...followedKey(id, conversationId), conversationId, workspaceId, ttl });
    const item = { ...followerKey(workspaceId, conversationId, id), connectionId: id, userId, until, ttl };
    const isNew = await this.#table.put({ ...item, seq, rev }, when`attribute_not_exists(pk)`);
    if (isNew === 'refused') await this.#table.put({ ...item, seq, rev });
    if (await this.find(id)) return { isNew: isNew === 'done' };
    await this.#forget(id, workspaceId, conversationId);
    return undefined;
  }

  async unfollow({ id, workspaceId }: Connection, conversationId: ConversationId): Promise<void> {
    await this.#forget(id, workspaceId, conversationId);
  }

  async followedBy(id: string): Promise<ConversationId[]> {
    return (await this.#followedBy(id)).map(({ conversationId }) => conversationId);
  }

  async followers(
    workspaceId: WorkspaceId,
    conversationId: ConversationId,
  ): Promise<readonly ConnectionFollowing[]> {
    const now = this.#clock.now();
    const shards = await Promise.all(
      [...Array(FOLLOWER_SHARDS).keys()].map((shard) =>
        this.#table.list<FollowerItem>({
          pk: followersOf(workspaceId, conversationId, shard),
          limit: ALL_AT_ONCE,
        }),
      ),
    );
    return shards
      .flat()
      .filter(({ until }) => until > now)
      .map(({ connectionId, userId, seq, rev }) => ({ connectionId, userId, position: { seq, rev } }));
  }

  async advance(
    workspaceId: WorkspaceId,
    conversationId: ConversationId,
    connectionId: string,
    position: Position,
  ): Promise<void> {
    const of = followerKey(workspaceId, conversationId, connectionId);
    let { seq, rev } = position;
    for (;;) {
      const written = await this.#table.update<FollowerItem>(
        of,
        to`SET #seq = ${seq}, #rev = ${rev}`,
        when`attribute_exists(pk) AND #seq <= ${seq} AND #rev <= ${rev}`,
      );
      if (written.kind === 'done' || !written.item) return;
      const { item } = written;
      // One of the two is further already: the other may still have to move.
      if (item.seq >= seq && item.rev >= rev) return;
      seq = Math.max(seq, item.seq);
      rev = Math.max(rev, item.rev);
    }
  }

  async lapsed(now: Instant, limit: number): Promise<readonly Connection[]> {
    const shards = await Promise.all(
      [...Array(LAPSE_SHARDS).keys()].map((shard) =>
        this.#table.list<ConnectionItem>({
          index: 'gsi1',
          pk: key('LAPSE', shard),
          to: key(now),
          limit,
        }),
      ),
    );
    const oldest = shards.flat().sort((a, b) => a.lapsesAt - b.lapsesAt);
    const named = new Set(oldest.slice(0, limit).map(({ id }) => id));
    // Whoever was heard of a moment ago has not lapsed, nor has a new token expired, though the index does not know yet.
    const found = await this.#table.getAll<ConnectionItem>([...named].map(metaKey));
    return found
      .filter(({ lapsesAt }) => lapsesAt <= now)
      .sort((a, b) => a.lapsesAt - b.lapsesAt)
      .map(connectionOf);
  }

  #followedBy(id: string): Promise<FollowedItem[]> {
    const { pk } = metaKey(id);
    return this.#table.list<FollowedItem>({ pk, startsWith: FOLLOWS, limit: ALL_AT_ONCE });
  }

  async #forget(id: string, workspaceId: WorkspaceId, conversationId: ConversationId): Promise<void> {
    await this.#table.delete(followerKey(workspaceId, conversationId, id));
    await this.#table.delete(followedKey(id, conversationId));
  }

  #there(item: ConnectionItem | undefined): Connection | undefined {
    return item && item.until > this.#clock.now() ? connectionOf(item) : undefined;
  }
}

function connectionOf(item: ConnectionItem): Connection {
  const { id, workspaceId, userId, openedAt, tokenUntil, lapsesAt, state } = item;
  return { id, workspaceId, userId, openedAt, tokenUntil, lapsesAt, state };
}

function metaKey(id: string): Key {
  return { pk: key('CONN', id), sk: META };
}

function userKey(workspaceId: WorkspaceId, userId: string, id: string): Key {
  return { pk: key('USERCONN', workspaceId, userId), sk: key('C', id) };
}

function followedKey(id: string, conversationId: ConversationId): Key {
  return { pk: key('CONN', id), sk: key(FOLLOWS, conversationId) };
}

function followerKey(workspaceId: WorkspaceId, conversationId: ConversationId, id: string): Key {
  const shard = shardOf(id, FOLLOWER_SHARDS);
  return { pk: followersOf(workspaceId, conversationId, shard), sk: key('C', id) };
}

function followersOf(workspaceId: WorkspaceId, conversationId: ConversationId, shard: number): string {
  return key('FOLLOWER', workspaceId, conversationId, shard);
}

function lapseKey(id: string, lapsesAt: Instant): { gsi1pk: string; gsi1sk: string } {
  return { gsi1pk: key('LAPSE', shardOf(id, LAPSE_SHARDS)), gsi1sk: key(lapsesAt) };
}

function shardOf(id: string, shards: number): number {
  return createHash('sha256').update(id).digest().readUInt32BE() % shards;
}
