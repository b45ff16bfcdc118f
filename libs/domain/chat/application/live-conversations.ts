import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { Position } from '#ports/chat/message-log.js';
import type { OwnThing, Push, PushOfConversation, Realtime } from '#ports/chat/realtime.js';
import { ConversationFeed, type FeedTools } from './conversation-feed.js';
import type { Follower } from './follower.js';

/** Milliseconds between looks whether a push was lost; a conversation that nobody follows is kept for so long. */
export const LOOK_AGAIN_MS = 30_000;
/** Conversations looked at again at once. */
const AT_ONCE = 8;

export interface Following {
  /** Everything up to here has been told. */
  readonly position: Position;
  readonly member: Member;
  /** There is more than was told at once: it is to be had from `position`. */
  readonly more?: boolean;
}

interface Connection {
  readonly workspaceId: WorkspaceId;
  readonly feeds: Set<ConversationFeed>;
}

/** Who is connected to this process, and what they follow: takes what is pushed to whoever it concerns. */
export class LiveConversations implements Realtime {
  readonly #tools: FeedTools;
  readonly #feeds = new Map<string, ConversationFeed>();
  /** By member: whoever comes and goes is told of in all of theirs, however many conversations there are. */
  readonly #feedsOf = new Map<string, Set<ConversationFeed>>();
  readonly #connections = new Map<Follower, Connection>();
  readonly #users = new Map<string, Set<Follower>>();
  #idle = new Set<ConversationFeed>();
  #cancel = (): void => {};
  #looking: Promise<void> = Promise.resolve();
  #running = false;

  constructor(tools: FeedTools) {
    this.#tools = tools;
  }

  start(): void {
    this.#running = true;
    this.#rest();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel();
    await this.#looking;
    await Promise.all([...this.#feeds.values()].map((feed) => feed.close()));
    this.#feeds.clear();
    this.#feedsOf.clear();
  }

  connect(workspaceId: WorkspaceId, follower: Follower): void {
    this.#connections.set(follower, { workspaceId, feeds: new Set() });
    const key = keyOf(workspaceId, follower.userId);
    this.#users.set(key, (this.#users.get(key) ?? new Set()).add(follower));
  }

  disconnect(follower: Follower): void {
    const connection = this.#connections.get(follower);
    if (!connection) return;
    this.#connections.delete(follower);
    for (const feed of connection.feeds) feed.unfollow(follower);
    const key = keyOf(connection.workspaceId, follower.userId);
    const others = this.#users.get(key);
    others?.delete(follower);
    if (others?.size === 0) this.#users.delete(key);
  }

  isConnected(workspaceId: WorkspaceId, userId: string): boolean {
    return this.#users.has(keyOf(workspaceId, userId));
  }

  /** Undefined if there is no such conversation in its workspace of which its user is a member, or it has gone. */
  async follow(
    follower: Follower,
    conversationId: ConversationId,
    from?: Position | 'unread',
  ): Promise<Following | undefined> {
    const connection = this.#connections.get(follower);
    if (!connection) return undefined;
    const feed = this.#feedOf(connection.workspaceId, conversationId);
    // Whoever hangs up while we ask is let go of as well.
    connection.feeds.add(feed);
    const following = await feed.follow(follower, from);
    if (following && this.#connections.get(follower) === connection) return following;
    connection.feeds.delete(feed);
    feed.unfollow(follower);
    return undefined;
  }

  unfollow(follower: Follower, conversationId: ConversationId): void {
    const connection = this.#connections.get(follower);
    const feed = connection && this.#feeds.get(keyOf(connection.workspaceId, conversationId));
    if (!feed) return;
    connection.feeds.delete(feed);
    feed.unfollow(follower);
  }

  /** The conversations that it follows as long as its user is a member of them. */
  followedBy(follower: Follower): readonly ConversationFeed[] {
    const { feeds = [] } = this.#connections.get(follower) ?? {};
    return [...feeds].filter(({ members }) => members.has(follower.userId));
  }

  /** Those conversations of a user that somebody follows here. */
  of(workspaceId: WorkspaceId, userId: string): readonly ConversationFeed[] {
    return [...(this.#feedsOf.get(keyOf(workspaceId, userId)) ?? [])];
  }

  tell(workspaceId: WorkspaceId, push: Push): void {
    if (!this.#running) return;
    if (push.kind === 'own') return this.#tellOwn(keyOf(workspaceId, push.userId), push.what);
    const conversationId = conversationOf(push);
    const known = this.#feeds.get(keyOf(workspaceId, conversationId));
    if (known) return known.take(push);
    if (this.#users.size === 0) return;
    if (push.kind === 'conversation') return this.#feedOf(workspaceId, conversationId).take(push);
    // Its making was told of to nobody if that push was lost.
    if (push.kind === 'message' && push.message.seq === 1)
      this.#feedOf(workspaceId, conversationId).take({ kind: 'conversation', conversationId, gone: [] });
  }

  #tellOwn(user: string, what: OwnThing): void {
    for (const follower of this.#users.get(user) ?? []) follower.tell({ kind: 'own', what });
  }

  #feedOf(workspaceId: WorkspaceId, conversationId: ConversationId): ConversationFeed {
    // The workspace is part of the name: whoever guesses an id of another one finds no feed of it.
    const key = keyOf(workspaceId, conversationId);
    const known = this.#feeds.get(key);
    if (known) return known;
    const feed = new ConversationFeed({ workspaceId, conversationId }, this.#tools, {
      gather: (one) => this.#gather(one),
      membersChanged: (one, before) => this.#membersChanged(one, before),
    });
    this.#feeds.set(key, feed);
    return feed;
  }

  #membersChanged(feed: ConversationFeed, before: ReadonlySet<string>): void {
    const { workspaceId, members } = feed;
    // Of one that was forgotten while it read them there is nothing more to tell.
    if (this.#feeds.get(keyOf(workspaceId, feed.conversationId)) !== feed) return;
    for (const userId of before) if (!members.has(userId)) this.#unlist(feed, userId);
    for (const userId of members) {
      if (before.has(userId)) continue;
      const key = keyOf(workspaceId, userId);
      this.#feedsOf.set(key, (this.#feedsOf.get(key) ?? new Set()).add(feed));
    }
  }

  #unlist(feed: ConversationFeed, userId: string): void {
    const key = keyOf(feed.workspaceId, userId);
    const theirs = this.#feedsOf.get(key);
    theirs?.delete(feed);
    if (theirs?.size === 0) this.#feedsOf.delete(key);
  }

  async #gather(feed: ConversationFeed): Promise<void> {
    const followed = new Set(feed.followers);
    const all = [...feed.members].flatMap((userId) => [
      ...(this.#users.get(keyOf(feed.workspaceId, userId)) ?? []),
    ]);
    const missing = all.filter((follower) => !followed.has(follower));
    await Promise.all(missing.map((follower) => this.follow(follower, feed.conversationId, 'unread')));
  }

  #rest(): void {
    this.#cancel = this.#tools.clock.after(LOOK_AGAIN_MS, () => {
      this.#looking = this.#lookAgain().finally(() => {
        if (this.#running) this.#rest();
      });
    });
  }

  async #lookAgain(): Promise<void> {
    this.#forgetIdle();
    const feeds = [...this.#feeds.values()];
    for (let at = 0; at < feeds.length && this.#running; at += AT_ONCE)
      await Promise.all(feeds.slice(at, at + AT_ONCE).map((feed) => feed.lookAgain()));
  }

  /** Whoever was cut off for a moment finds what they missed: a conversation is forgotten the second time that it is idle. */
  #forgetIdle(): void {
    const idle = [...this.#feeds].filter(([, feed]) => feed.isIdle);
    for (const [key, feed] of idle) {
      if (!this.#idle.has(feed)) continue;
      this.#feeds.delete(key);
      for (const userId of feed.members) this.#unlist(feed, userId);
      void feed.close();
    }
    this.#idle = new Set(idle.map(([, feed]) => feed));
  }
}

function conversationOf(push: PushOfConversation): ConversationId {
  if (push.kind === 'message' || push.kind === 'change') return push.message.conversationId;
  return push.kind === 'marks' ? push.member.conversationId : push.conversationId;
}

function keyOf(workspaceId: WorkspaceId, name: string): string {
  return JSON.stringify([workspaceId, name]);
}
