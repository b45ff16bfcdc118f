import { encoded, frameOf } from '#adapters/chat-frames/push-frames.js';
import type { PushFrame } from '#adapters/chat-frames/wire.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { isBot } from '#domain/chat/model/bot.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { Shown } from '#domain/chat/model/presence.js';
import type { Absences } from '#ports/chat/absences.js';
import type { Blocks } from '#ports/chat/blocks.js';
import type { Connection, Connections } from '#ports/chat/connections.js';
import type { Conversations } from '#ports/chat/conversations.js';
import type { Presence } from '#ports/chat/presence.js';
import type { OwnThing } from '#ports/chat/realtime.js';
import type { Log } from '#ports/system/log.js';
import type { TokenUser } from '#ports/workspace/user-tokens.js';
import { CONNECTION_LEASE_MS } from './connection-life.js';
import type { ConnectionPosts, Posted } from './connection-posts.js';

export interface ConnectedTools {
  readonly connections: Connections;
  readonly conversations: Conversations;
  readonly presence: Presence;
  readonly blocks: Blocks;
  readonly absences: Absences;
  readonly posts: ConnectionPosts;
  readonly log: Log;
}

/** In larger conversations nobody is told who else is there. */
const MOST_TOLD = 256;
/** Conversations of a user in which they are seen coming and going: each is a look at who follows it. */
const MOST_SEEN_IN = 100;
const AT_ONCE = 8;
/** As many as are asked for at once. */
const MOST_SHOWN = 500;

/** Users by their connections: who comes, who goes, who sees it; and what is told to a connection that is there no more. */
export class ConnectedUsers {
  readonly #tools: ConnectedTools;

  constructor(tools: ConnectedTools) {
    this.#tools = tools;
  }

  /** Whoever turns out to be gone is forgotten. */
  async post(connectionId: string, frame: PushFrame): Promise<Posted> {
    const posted = await this.#tools.posts.post(connectionId, frame);
    if (posted === 'gone') await this.gone(connectionId);
    return posted;
  }

  async come(connection: Connection): Promise<void> {
    const { workspaceId, userId } = connection;
    if (isBot(userId)) return;
    await Promise.all([this.hold(connection), this.#endAbsence(workspaceId, userId)]);
  }

  async hold({ id, workspaceId, userId, state }: Connection): Promise<void> {
    if (isBot(userId)) return;
    await this.#tools.presence.hold(workspaceId, userId, { id, state }, CONNECTION_LEASE_MS);
  }

  /** A bot is a program that runs or does not: nobody is told. */
  async set(connection: Connection): Promise<void> {
    if (isBot(connection.userId)) return;
    await this.hold(connection);
    await this.show(connection, await this.#tools.connections.followedBy(connection.id));
  }

  /** Told by API Gateway, or by what it answers. Again, it finds nothing left to be done. */
  async gone(connectionId: string): Promise<void> {
    const closed = await this.#tools.connections.close(connectionId);
    if (!closed || isBot(closed.connection.userId)) return;
    const { workspaceId, userId } = closed.connection;
    await this.#tools.presence.drop(workspaceId, userId, connectionId);
    await this.show(closed.connection, closed.followed);
  }

  /** Tells how a user is seen to those who follow one of these conversations. */
  async show({ workspaceId, userId }: TokenUser, conversationIds: readonly ConversationId[]): Promise<void> {
    if (isBot(userId)) return;
    const [shown] = await this.#tools.presence.of(workspaceId, [userId]);
    if (!shown) return;
    const whom = new Map<string, string>();
    for (const { members, followers } of await this.#small(workspaceId, conversationIds)) {
      if (!members.has(userId)) continue;
      for (const one of followers) if (members.has(one.userId)) whom.set(one.connectionId, one.userId);
    }
    await this.#tell(workspaceId, shown, whom);
  }

  /** Tells somebody who has come to a conversation who is there. */
  async showOthers(connection: Connection, members: readonly string[]): Promise<void> {
    if (members.length > MOST_TOLD) return;
    for (const shown of await this.#there(connection, members))
      await this.post(connection.id, frameOf({ kind: 'presence', presence: shown }));
  }

  /** Those of the others in the conversations that it follows who are there. */
  async seenBy(connection: Connection): Promise<readonly Shown[]> {
    const followed = await this.#tools.connections.followedBy(connection.id);
    const others = new Set<string>();
    const some = followed.slice(0, MOST_SEEN_IN);
    for (let at = 0; at < some.length && others.size < MOST_SHOWN; at += AT_ONCE) {
      const all = await Promise.all(
        some.slice(at, at + AT_ONCE).map((id) => this.#tools.conversations.userIds(id)),
      );
      for (const members of all.filter(({ length }) => length <= MOST_TOLD))
        for (const userId of members) others.add(userId);
    }
    return this.#there(connection, [...others]);
  }

  /** Something was put into the inbox of somebody who may be connected. */
  async inboxCreated(user: TokenUser, shown: object): Promise<void> {
    await this.#postToAll(user, encoded({ event: 'inbox.created', payload: shown }));
  }

  /** Something of a user's own has changed, on one of their devices or by the server of an application. */
  async ownChanged(user: TokenUser, what: OwnThing): Promise<void> {
    await this.#postToAll(user, frameOf({ kind: 'own', what }));
  }

  async #postToAll({ workspaceId, userId }: TokenUser, frame: PushFrame): Promise<void> {
    const all = await this.#tools.connections.ofUser(workspaceId, userId);
    await Promise.all(all.map(({ id }) => this.post(id, frame)));
  }

  async #there({ workspaceId, userId }: TokenUser, userIds: readonly string[]): Promise<readonly Shown[]> {
    const others = userIds.filter((one) => one !== userId).slice(0, MOST_SHOWN);
    if (others.length === 0) return [];
    const shown = await this.#tools.presence.of(workspaceId, others);
    const there = shown.filter(({ state }) => state !== 'offline');
    const hidden = await this.#tools.blocks.among(
      workspaceId,
      userId,
      there.map((one) => one.userId),
    );
    return there.filter((one) => !hidden.has(one.userId));
  }

  async #tell(workspaceId: WorkspaceId, shown: Shown, whom: ReadonlyMap<string, string>): Promise<void> {
    const others = [...whom].filter(([, userId]) => userId !== shown.userId);
    if (others.length === 0) return;
    const ids = [...new Set(others.map(([, userId]) => userId))];
    const hidden = await this.#tools.blocks.among(workspaceId, shown.userId, ids);
    const frame = frameOf({ kind: 'presence', presence: shown });
    await Promise.all(others.filter(([, userId]) => !hidden.has(userId)).map(([id]) => this.post(id, frame)));
  }

  async #small(workspaceId: WorkspaceId, ids: readonly ConversationId[]) {
    const { connections, conversations } = this.#tools;
    const found: {
      members: ReadonlySet<string>;
      followers: Awaited<ReturnType<Connections['followers']>>;
    }[] = [];
    const some = ids.slice(0, MOST_SEEN_IN);
    for (let at = 0; at < some.length; at += AT_ONCE) {
      const all = await Promise.all(
        some.slice(at, at + AT_ONCE).map(async (id) => ({
          members: new Set(await conversations.userIds(id)),
          followers: await connections.followers(workspaceId, id),
        })),
      );
      found.push(...all.filter(({ members }) => members.size <= MOST_TOLD));
    }
    return found;
  }

  async #endAbsence(workspaceId: WorkspaceId, userId: string): Promise<void> {
    const { absences, log } = this.#tools;
    try {
      const [latest] = await absences.of(workspaceId, [userId]);
      if (latest && latest.state !== 'over') await absences.end(latest);
    } catch (error) {
      log.error('chat.absence_not_ended', { error });
    }
  }
}
