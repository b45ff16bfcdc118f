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

interface Kept {
  connection: Connection;
  readonly follows: Map<ConversationId, Position>;
}

export class MemoryConnections implements Connections {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #all = new Map<string, Kept>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async open(connection: Connection): Promise<void> {
    this.#all.set(connection.id, { connection, follows: new Map() });
  }

  async find(id: string): Promise<Connection | undefined> {
    return this.#kept(id)?.connection;
  }

  async change(
    id: string,
    change: Partial<Pick<Connection, 'tokenUntil' | 'lapsesAt' | 'state'>>,
  ): Promise<Connection | undefined> {
    const kept = this.#kept(id);
    if (kept) kept.connection = { ...kept.connection, ...change };
    return kept?.connection;
  }

  async close(id: string): Promise<{ connection: Connection; followed: ConversationId[] } | undefined> {
    const kept = this.#all.get(id);
    this.#all.delete(id);
    return kept && { connection: kept.connection, followed: [...kept.follows.keys()] };
  }

  async ofUser(workspaceId: WorkspaceId, userId: string): Promise<readonly Connection[]> {
    return this.#there()
      .map(({ connection }) => connection)
      .filter((one) => one.workspaceId === workspaceId && one.userId === userId);
  }

  async follow(
    { id }: Connection,
    conversationId: ConversationId,
    position: Position,
  ): Promise<{ isNew: boolean } | undefined> {
    const kept = this.#kept(id);
    if (!kept) return undefined;
    const isNew = !kept.follows.has(conversationId);
    kept.follows.set(conversationId, position);
    return { isNew };
  }

  async unfollow({ id }: Connection, conversationId: ConversationId): Promise<void> {
    this.#kept(id)?.follows.delete(conversationId);
  }

  async followedBy(id: string): Promise<readonly ConversationId[]> {
    return [...(this.#kept(id)?.follows.keys() ?? [])];
  }

  async followers(
    workspaceId: WorkspaceId,
    conversationId: ConversationId,
  ): Promise<readonly ConnectionFollowing[]> {
    return this.#there().flatMap(({ connection, follows }) => {
      const position = follows.get(conversationId);
      if (!position || connection.workspaceId !== workspaceId) return [];
      return [{ connectionId: connection.id, userId: connection.userId, position }];
    });
  }

  async advance(
    _: WorkspaceId,
    conversationId: ConversationId,
    connectionId: string,
    { seq, rev }: Position,
  ): Promise<void> {
    const follows = this.#kept(connectionId)?.follows;
    const at = follows?.get(conversationId);
    if (at) follows?.set(conversationId, { seq: Math.max(at.seq, seq), rev: Math.max(at.rev, rev) });
  }

  async lapsed(now: Instant, limit: number): Promise<readonly Connection[]> {
    return [...this.#all.values()]
      .map(({ connection }) => connection)
      .filter(({ lapsesAt }) => lapsesAt <= now)
      .sort((a, b) => a.lapsesAt - b.lapsesAt)
      .slice(0, limit);
  }

  #there(): Kept[] {
    return [...this.#all.keys()].flatMap((id) => this.#kept(id) ?? []);
  }

  #kept(id: string): Kept | undefined {
    const kept = this.#all.get(id);
    if (kept && kept.connection.openedAt + CONNECTION_LIVES_MS > this.#clock.now()) return kept;
    this.#all.delete(id);
    return undefined;
  }
}
