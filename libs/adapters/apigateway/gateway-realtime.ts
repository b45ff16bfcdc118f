import { frameOf } from '#adapters/chat-frames/push-frames.js';
import type { Following } from '#domain/chat/application/live-conversations.js';
import { lowest } from '#domain/chat/application/live-log.js';
import type { Durable, Ephemeral } from '#domain/chat/application/follower.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { Notice } from '#domain/chat/model/notice.js';
import type { Connection, ConnectionFollowing } from '#ports/chat/connections.js';
import type { Position } from '#ports/chat/message-log.js';
import type { OwnThing, Push, PushOfConversation, Realtime } from '#ports/chat/realtime.js';
import type { Log } from '#ports/system/log.js';
import type { TokenUser } from '#ports/workspace/user-tokens.js';
import { FollowLogs, type LogTools, type Place } from './follow-logs.js';
import { InTurn } from './in-turn.js';
import { MOST_TOLD_AT_ONCE, noticeOf, type TellLater } from './notices.js';

/** Messages told to somebody who has just been added, or whose conversation has just been made. */
const MOST_UNREAD_TOLD = 100;
/** In larger ones each is told of their own marks only, and those who are taken in hear of it when they resume. */
const MOST_GATHERED = 256;
const AT_ONCE = 16;

export interface GatewayTools extends LogTools {
  readonly log: Log;
  /** Left out, whoever stores something tells everybody of it. */
  readonly tellLater?: TellLater;
}

export interface Followed extends Following {
  /** The connection did not follow before: those who do are to be shown its user. */
  readonly isNew: boolean;
}

/**
 * Tells connections that API Gateway holds, from whatever process: who follows what, and how far they are, is in `Connections`. What is
 * told of one conversation here goes in turn; a function has to wait for `settled` before it answers, for it is frozen then.
 */
export class GatewayRealtime implements Realtime {
  readonly #tools: GatewayTools;
  readonly #logs: FollowLogs;
  readonly #turns = new InTurn();

  constructor(tools: GatewayTools) {
    this.#tools = tools;
    this.#logs = new FollowLogs(tools);
  }

  tell(workspaceId: WorkspaceId, push: Push): void {
    if (push.kind === 'own') return this.#tellOwn({ workspaceId, userId: push.userId }, push.what);
    const place = { workspaceId, conversationId: conversationOf(push) };
    this.#turns
      .run(nameOf(place), () => this.#tell(place, push))
      .catch((error: unknown) => {
        this.#tools.log.error('chat.untold', { error, conversationId: place.conversationId });
      });
  }

  #tellOwn(user: TokenUser, what: OwnThing): void {
    const { users, log } = this.#tools;
    this.#turns
      .run(JSON.stringify([user.workspaceId, user.userId, what]), () => users.ownChanged(user, what))
      .catch((error: unknown) => log.error('chat.untold', { error, what }));
  }

  settled(): Promise<void> {
    return this.#turns.settled();
  }

  /** Tells what a notice is about to all who do not know it yet. @returns `again` if somebody could not be told for now */
  noticed(notice: Notice): Promise<'told' | 'again'> {
    return this.#turns.run(nameOf(notice), () => this.#tellNoticed(notice));
  }

  /** Undefined if there is no such conversation of which its user is a member, or the connection has gone. */
  follow(
    connection: Connection,
    conversationId: ConversationId,
    from?: Position | 'unread',
  ): Promise<Followed | undefined> {
    const place = { workspaceId: connection.workspaceId, conversationId };
    return this.#turns.run(nameOf(place), () => this.#follow(place, connection, from));
  }

  unfollow(connection: Connection, conversationId: ConversationId): Promise<void> {
    const place = { workspaceId: connection.workspaceId, conversationId };
    return this.#turns.run(nameOf(place), () => this.#tools.connections.unfollow(connection, conversationId));
  }

  /** Tells a connection what a push that was lost should have told it, of everything that it follows. */
  async lookAgain(connection: Connection): Promise<void> {
    const { workspaceId } = connection;
    const followed = await this.#tools.connections.followedBy(connection.id);
    for (let at = 0; at < followed.length; at += AT_ONCE)
      await Promise.all(
        followed.slice(at, at + AT_ONCE).map((conversationId) => {
          const place = { workspaceId, conversationId };
          return this.#turns.run(nameOf(place), () => this.#lookAgain(place, connection.id));
        }),
      );
  }

  async #lookAgain(place: Place, connectionId: string): Promise<void> {
    const all = await this.#tools.connections.followers(place.workspaceId, place.conversationId);
    const one = all.filter((follower) => follower.connectionId === connectionId);
    if (one.length > 0) await this.#logs.catchUp(place, one);
  }

  async #tellNoticed(notice: Notice): Promise<'told' | 'again'> {
    if (notice.what !== 'conversation')
      return this.#logs.catchUpAll(notice, await this.#gatheredFollowers(notice, notice));
    await this.#tellConversation(notice);
    return 'told';
  }

  /** Whether it was left to others: telling many costs time for which neither the sender nor a function for frames should wait. */
  async #leave(notice: Notice | undefined): Promise<boolean> {
    const { tellLater, conversations, log } = this.#tools;
    if (!tellLater || !notice) return false;
    const { conversationId } = notice;
    const { data: items } = await conversations.members(conversationId, { limit: MOST_TOLD_AT_ONCE + 1 });
    if (items.length <= MOST_TOLD_AT_ONCE) return false;
    try {
      await tellLater.send(notice);
      return true;
    } catch (error) {
      // Told late by us rather than with whatever comes next.
      log.warn('chat.notice_not_sent', { error, conversationId });
      return false;
    }
  }

  async #gatheredFollowers(place: Place, notice: Notice | undefined) {
    const followers = await this.#followers(place);
    if (followers.length > 0 || notice?.what !== 'message' || notice.no !== 1) return followers;
    // Its making was told of to nobody if that push was lost.
    await this.#gather(place);
    return this.#followers(place);
  }

  async #tell(place: Place, push: PushOfConversation): Promise<void> {
    const notice = noticeOf(place.workspaceId, push);
    if (await this.#leave(notice)) return;
    switch (push.kind) {
      case 'message':
      case 'change': {
        const followers = await this.#gatheredFollowers(place, notice);
        return this.#logs.pushed(place, followers, push);
      }
      case 'marks': {
        const { conversationId, userId, deliveredSeq, readSeq } = push.member;
        const marks = { conversationId, userId, deliveredSeq, readSeq };
        const { followers, members } = await this.#welcome(place);
        const isOwn = push.ownOnly === true || members.size > MOST_GATHERED;
        const whom = isOwn ? followers.filter((one) => one.userId === userId) : followers;
        return this.#post(whom, { kind: 'marks', marks });
      }
      case 'standing':
        return this.#tellStanding(place, push.userId);
      case 'conversation':
        return this.#tellConversation(place);
      case 'typing':
        return this.#pass(place, push, push.userId);
      case 'broadcast':
        return this.#pass(place, push, push.from);
    }
  }

  async #follow(
    place: Place,
    connection: Connection,
    from?: Position | 'unread',
  ): Promise<Followed | undefined> {
    const { conversations, connections } = this.#tools;
    const { workspaceId, conversationId } = place;
    const [found, member] = await Promise.all([
      conversations.find(workspaceId, conversationId),
      conversations.memberOf(conversationId, connection.userId),
    ]);
    if (!found || !member) return undefined;
    const head = { seq: found.seq, rev: found.rev };
    const unread = { seq: Math.max(member.readSeq, head.seq - MOST_UNREAD_TOLD), rev: head.rev };
    // Where no log ever was, somebody would wait for ever.
    const start = lowest(from === 'unread' ? unread : (from ?? head), head);
    const followed = await connections.follow(connection, conversationId, start);
    if (!followed) return undefined;
    // What was committed before it followed was pushed to nobody here: it is read after.
    const { id: connectionId, userId } = connection;
    const { position, more } = await this.#logs.catchUp(place, [{ connectionId, userId, position: start }]);
    return { position, member, isNew: followed.isNew, ...(more && { more }) };
  }

  /** Lets those follow who are connected, and members now. */
  async #gather(place: Place): Promise<ReadonlySet<string>> {
    const { conversations, connections } = this.#tools;
    const { workspaceId, conversationId } = place;
    const members = await conversations.userIds(conversationId);
    if (members.length > MOST_GATHERED) return new Set(members);
    const known = new Set((await this.#followers(place)).map(({ connectionId }) => connectionId));
    const missing: Connection[] = [];
    for (let at = 0; at < members.length; at += AT_ONCE) {
      const some = members.slice(at, at + AT_ONCE).map((userId) => connections.ofUser(workspaceId, userId));
      missing.push(...(await Promise.all(some)).flat().filter(({ id }) => !known.has(id)));
    }
    for (const connection of missing)
      if (await this.#follow(place, connection, 'unread'))
        await this.#show(place, connection, members, missing);
    return new Set(members);
  }

  /** Those who come together are shown to one another as they come: each sees those who were there before. */
  async #show(
    { conversationId }: Place,
    connection: Connection,
    members: readonly string[],
    together: readonly Connection[],
  ): Promise<void> {
    await this.#tools.users.show(connection, [conversationId]);
    const later = together.slice(together.indexOf(connection) + 1).map(({ userId }) => userId);
    await this.#tools.users.showOthers(
      connection,
      members.filter((userId) => !later.includes(userId)),
    );
  }

  async #tellConversation(place: Place): Promise<void> {
    const members = await this.#gather(place);
    const followers = await this.#followers(place);
    const left = followers.filter(({ userId }) => !members.has(userId));
    await this.#post(left, { kind: 'left', conversationId: place.conversationId });
    for (const { connectionId } of left) {
      const connection = await this.#tools.connections.find(connectionId);
      if (connection) await this.#tools.connections.unfollow(connection, place.conversationId);
    }
    const conversation = await this.#tools.conversations.find(place.workspaceId, place.conversationId);
    const there = followers.filter(({ userId }) => members.has(userId));
    if (conversation) await this.#post(there, { kind: 'conversation', conversation });
  }

  async #tellStanding(place: Place, userId: string): Promise<void> {
    const own = (await this.#followers(place)).filter((one) => one.userId === userId);
    const member = own.length > 0 && (await this.#tools.conversations.memberOf(place.conversationId, userId));
    if (member) await this.#post(own, { kind: 'standing', member });
  }

  async #pass(place: Place, event: Ephemeral, butNot: string): Promise<void> {
    const { followers } = await this.#welcome(place);
    await this.#post(
      followers.filter(({ userId }) => userId !== butNot),
      event,
    );
  }

  async #post(whom: readonly ConnectionFollowing[], event: Durable | Ephemeral): Promise<void> {
    const frame = frameOf(event);
    await Promise.all(whom.map(({ connectionId }) => this.#tools.users.post(connectionId, frame)));
  }

  #followers({ workspaceId, conversationId }: Place): Promise<readonly ConnectionFollowing[]> {
    return this.#tools.connections.followers(workspaceId, conversationId);
  }

  /** Those who follow and are members, whatever a push that was lost should have told. */
  async #welcome(place: Place) {
    const followers = await this.#followers(place);
    if (followers.length === 0) return { followers, members: new Set<string>() };
    const members = new Set(await this.#tools.conversations.userIds(place.conversationId));
    return { followers: followers.filter(({ userId }) => members.has(userId)), members };
  }
}

function conversationOf(push: PushOfConversation): ConversationId {
  if (push.kind === 'message' || push.kind === 'change') return push.message.conversationId;
  return push.kind === 'marks' ? push.member.conversationId : push.conversationId;
}

function nameOf({ workspaceId, conversationId }: Place): string {
  return JSON.stringify([workspaceId, conversationId]);
}
