import { encoded, frameOf } from '#adapters/chat-frames/push-frames.js';
import { isBehind, lowest, missedIn, type Told } from '#domain/chat/application/live-log.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { ConnectionFollowing, Connections } from '#ports/chat/connections.js';
import type { Conversations } from '#ports/chat/conversations.js';
import type { MessageLog, Position } from '#ports/chat/message-log.js';
import type { Push } from '#ports/chat/realtime.js';
import type { ConnectedUsers } from './connected-users.js';
import type { Posted } from './connection-posts.js';

export interface Place {
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
}

export interface LogTools {
  readonly connections: Connections;
  readonly conversations: Conversations;
  readonly messages: MessageLog;
  readonly users: ConnectedUsers;
}

export interface CaughtUpTo {
  readonly position: Position;
  readonly more: boolean;
  /** Somebody who is still there could not be told. */
  readonly hasFailed: boolean;
}

/** Entries read at once. */
const PAGE = 200;
/** Entries told to one connection at once: a function has half a minute. */
const MOST_TOLD = 1_000;

/**
 * Brings followers up to the end of a log, each from where it is. What was posted and answered is written down as its new position
 * afterwards, never before: if the process dies in between it is told again, and nobody who has been told of a message has not been told
 * of those before it. Two processes that tell the same follower at once tell it some things twice; clients go by `seq` and `rev`.
 */
export class FollowLogs {
  readonly #tools: LogTools;

  constructor(tools: LogTools) {
    this.#tools = tools;
  }

  /** Something new is in the log: whoever is right before it is told without a look into the log. */
  async pushed(
    place: Place,
    followers: readonly ConnectionFollowing[],
    push: Extract<Push, { readonly message: unknown }>,
  ): Promise<void> {
    const behind = followers.filter(({ position }) => isNews(push, position));
    await Promise.all(
      byPosition(behind).map(async (group) => {
        const [{ position }] = group;
        const told = nextOf(push, position);
        if (!told) return this.catchUp(place, group);
        const members = new Set(await this.#tools.conversations.userIds(place.conversationId));
        await this.#giveAll(place, group, [told], told.position, members);
      }),
    );
  }

  /**
   * Brings to the end of the log whoever is behind it.
   * @returns `again` if somebody could not be told for now, or there was more than may be told at once
   */
  async catchUpAll(place: Place, followers: readonly ConnectionFollowing[]): Promise<'told' | 'again'> {
    const end = await this.#tools.conversations.find(place.workspaceId, place.conversationId);
    const behind = end ? followers.filter(({ position }) => isBehind(position, end)) : [];
    const caughtUp = await Promise.all(byPosition(behind).map((group) => this.catchUp(place, group)));
    return caughtUp.some(({ more, hasFailed }) => more || hasFailed) ? 'again' : 'told';
  }

  /** @returns of the first of them: where it is, and whether there is more */
  async catchUp(place: Place, followers: readonly ConnectionFollowing[]): Promise<CaughtUpTo> {
    const { messages, conversations } = this.#tools;
    let position = followers.map((one) => one.position).reduce(lowest);
    let there = followers;
    let hasFailed = false;
    for (let told = 0; told < MOST_TOLD && there.length > 0;) {
      const page = await messages.since(place.conversationId, position, PAGE);
      // Asked after the log was read: nobody is shown what was said after they had gone.
      const members = new Set(await conversations.userIds(place.conversationId));
      const missed = missedIn(page, position);
      const given = await this.#giveAll(place, there, missed.told, missed.position, members);
      there = given.whole;
      hasFailed ||= given.hasFailed;
      ({ position } = missed);
      if (!page.more) return { position, more: false, hasFailed };
      told += missed.told.length;
    }
    return { position, more: true, hasFailed };
  }

  /** @returns those who have been told all of it, and whether anybody who is still there has not */
  async #giveAll(
    place: Place,
    followers: readonly ConnectionFollowing[],
    told: readonly Told[],
    position: Position,
    members: ReadonlySet<string>,
  ): Promise<{ readonly whole: readonly ConnectionFollowing[]; readonly hasFailed: boolean }> {
    const welcome = followers.filter(({ userId }) => members.has(userId));
    const given = await Promise.all(welcome.map((one) => this.#give(place, one, told, position)));
    return { whole: welcome.filter((_, at) => given[at] === 'told'), hasFailed: given.includes('failed') };
  }

  async #give(
    { workspaceId, conversationId }: Place,
    { connectionId, position: before }: ConnectionFollowing,
    told: readonly Told[],
    end: Position,
  ): Promise<Posted> {
    let reached = before;
    let posted: Posted = 'told';
    for (const one of told) {
      posted = await this.#post(connectionId, conversationId, one);
      if (posted !== 'told') break;
      reached = one.position;
    }
    if (posted === 'told') reached = end;
    if (isBehind(before, reached))
      await this.#tools.connections.advance(workspaceId, conversationId, connectionId, reached);
    return posted;
  }

  async #post(connectionId: string, conversationId: ConversationId, told: Told): Promise<Posted> {
    const { users } = this.#tools;
    const posted = await users.post(connectionId, frameOf({ kind: 'told', conversationId, told }));
    if (posted !== 'too_large') return posted;
    // It fits into no message of API Gateway: who wants it reads it by REST.
    if (told.kind !== 'created') return 'told';
    const { seq } = told.message;
    const payload = { conversationId, fromSeq: seq, toSeq: seq, position: told.position };
    return users.post(connectionId, encoded({ event: 'gap', payload }));
  }
}

function isNews(push: Extract<Push, { readonly message: unknown }>, { seq, rev }: Position): boolean {
  return push.kind === 'message' ? push.message.seq > seq : push.message.rev > rev;
}

/** What a push says to who is right before it. */
function nextOf(
  { kind, message }: Extract<Push, { readonly message: unknown }>,
  { seq, rev }: Position,
): Told | undefined {
  if (kind === 'message')
    return message.seq === seq + 1
      ? { kind: 'created', message, position: { seq: message.seq, rev } }
      : undefined;
  return message.rev === rev + 1 && message.seq <= seq
    ? { kind: 'updated', message, position: { seq, rev: message.rev } }
    : undefined;
}

type Group = readonly [ConnectionFollowing, ...ConnectionFollowing[]];

function byPosition(followers: readonly ConnectionFollowing[]): readonly Group[] {
  const groups = new Map<string, [ConnectionFollowing, ...ConnectionFollowing[]]>();
  for (const one of followers) {
    const name = `${one.position.seq} ${one.position.rev}`;
    const group = groups.get(name);
    if (group) group.push(one);
    else groups.set(name, [one]);
  }
  return [...groups.values()];
}
