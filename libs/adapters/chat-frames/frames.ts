import type { Follower } from '#domain/chat/application/follower.js';
import type { LiveConversations } from '#domain/chat/application/live-conversations.js';
import type { TellPresence } from '#domain/chat/application/tell-presence.js';
import type { ChatFacade, NewConversation } from '#domain/chat/chat.facade.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { TokenUser, UserTokens } from '#ports/workspace/user-tokens.js';
import type { Instant } from '#domain/kernel/brand.js';
import type { Conversation, ConversationId } from '#domain/chat/model/conversation.js';
import type { Change, MessageId } from '#domain/chat/model/message.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import {
  shownConversation,
  shownMessage,
  shownPresence,
  shownStanding,
} from '#domain/chat/model/shown-chat.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Chat } from '#ports/chat/conversations.js';
import type { Advanced, Position } from '#ports/chat/message-log.js';
import type { FrameData } from './frame-data.js';

export interface ChatTools {
  readonly chat: ChatFacade;
  readonly live: Pick<LiveConversations, 'follow' | 'unfollow'>;
  readonly presence: Pick<TellPresence, 'seenBy' | 'set'>;
  readonly tokens: UserTokens;
  readonly clock: Clock;
  readonly log: Log;
}

/** The connection on which a frame came. */
export interface FrameCaller extends Follower {
  readonly user: TokenUser;
  readonly tools: ChatTools;
  /** @throws Refusal `unauthenticated` | `forbidden` */
  refresh(token: string): Promise<Instant>;
}

type Run = (session: FrameCaller, data: FrameData) => Promise<object>;

/** Conversations that one connection follows at most: the newest. */
const MOST_FOLLOWED = 1_000;
const CHATS_AT_ONCE = 100;
/** Conversations looked up at once for one connection. */
const AT_ONCE = 16;

/** Everything that a client may ask, on every transport. */
export const FRAMES: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['resume', resume],
  ['conversation.open', openConversation],
  ['message.send', send],
  ['message.edit', (session, data) => change(session, data, editOf(data))],
  ['message.delete', (session, data) => change(session, data, { kind: 'delete' })],
  [
    'message.react',
    (session, data) =>
      change(session, data, { kind: 'react', emoji: data.text('emoji'), on: data.flag('on', true) }),
  ],
  ['message.pin', (session, data) => change(session, data, { kind: 'pin', on: data.flag('on', true) })],
  ['receipt.delivered', (session, data) => advance(session, data, { deliveredSeq: data.count('seq') })],
  ['receipt.read', (session, data) => advance(session, data, { readSeq: data.count('seq') })],
  ['typing', typing],
  ['room.join', join],
  ['room.leave', leave],
  ['room.broadcast', broadcast],
  ['presence.set', setPresence],
  ['token.refresh', refresh],
]);

/**
 * Answered when all has been pushed that was missed: of each conversation, where one is then. With no positions: what is new
 * of the newest of the user's conversations, and these themselves.
 */
async function resume(session: FrameCaller, data: FrameData): Promise<object> {
  const asked =
    data.entries('conversations', MOST_FOLLOWED) ?? (data.isEmpty ? undefined : data.all(MOST_FOLLOWED));
  const { chats, more } = asked ? { chats: [], more: false } : await chatsOf(session);
  const all = asked
    ? [...asked].map(([id, one]) => [id, positionOf(one)] as const)
    : chats.map(({ conversation }) => [conversation.id, undefined] as const);
  const conversations: Record<string, object> = {};
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE).map(async ([id, from]) => {
      const following = await session.tools.live.follow(session, id as ConversationId, from);
      conversations[id] = following
        ? {
            ...following.position,
            ...(following.more && { more: true }),
            ...shownStanding(following.member),
          }
        : { error: noWayIn() };
    });
    await Promise.all(some);
  }
  const presence = await session.tools.presence.seenBy(session.user.workspaceId, session);
  return { conversations, more, chats: chats.map(shownChat), presence: presence.map(shownPresence) };
}

function noWayIn(): object {
  const { code, message: detail } = new NoWayIn();
  return { code, detail };
}

function shownChat({ conversation, member, last, unreadMentions }: Chat): object {
  return {
    ...shownConversation(conversation),
    me: shownStanding(member),
    last: last ? shownMessage(last) : null,
    unread: Math.max(0, conversation.seq - member.readSeq),
    unreadMentions,
  };
}

async function chatsOf({
  tools,
  user,
}: FrameCaller): Promise<{ readonly chats: readonly Chat[]; readonly more: boolean }> {
  const chats: Chat[] = [];
  let after: string | undefined;
  do {
    const page = await tools.chat.chats(user, {
      limit: CHATS_AT_ONCE,
      ...(after !== undefined && { after }),
    });
    chats.push(...page.data);
    after = page.next ?? undefined;
  } while (after !== undefined && chats.length < MOST_FOLLOWED);
  return { chats, more: after !== undefined };
}

function positionOf(data: FrameData): Position {
  return { seq: data.count('seq'), rev: data.count('rev') };
}

/** One that is there is followed; another is made, and followed. */
async function openConversation(session: FrameCaller, data: FrameData): Promise<object> {
  const { tools, user } = session;
  const { conversation, created } = await tools.chat.open(user, newConversationOf(data));
  const standing = await follow(session, conversation);
  return { conversation: shownConversation(conversation), created, ...standing };
}

function newConversationOf(data: FrameData): NewConversation {
  const kind = data.choice('kind', ['direct', 'group', 'room']);
  if (kind === 'direct') return { kind, with: data.id('with') };
  return { kind, title: data.text('title'), members: data.optionalTexts('members') ?? [] };
}

async function follow(session: FrameCaller, { id }: Pick<Conversation, 'id'>): Promise<object> {
  const following = await session.tools.live.follow(session, id, 'unread');
  if (!following) throw new NoWayIn();
  return { ...following.position, ...shownStanding(following.member) };
}

async function send({ tools, user }: FrameCaller, data: FrameData): Promise<object> {
  const replyTo = data.optionalText('replyTo');
  const mentions = data.optionalTexts('mentions');
  const attachments = data.optionalTexts('attachments');
  const { message } = await tools.chat.send(user, {
    conversationId: data.id('conversationId'),
    clientMessageId: data.id('clientMessageId'),
    text: data.optionalText('text') ?? '',
    ...(replyTo !== undefined && { replyTo }),
    ...(mentions && { mentions }),
    ...(attachments && { attachments }),
  });
  const { id: messageId, conversationId, seq, sentAt } = message;
  return { messageId, conversationId, seq, sentAt: new Date(sentAt).toISOString() };
}

function editOf(data: FrameData): Change {
  return { kind: 'edit', text: data.text('text'), mentions: data.optionalTexts('mentions') ?? [] };
}

async function change({ tools, user }: FrameCaller, data: FrameData, what: Change): Promise<object> {
  const messageId = data.id('messageId') as MessageId;
  return { message: shownMessage(await tools.chat.change(user, data.id('conversationId'), messageId, what)) };
}

async function advance(
  { tools, user }: FrameCaller,
  data: FrameData,
  marks: { readonly deliveredSeq?: number; readonly readSeq?: number },
): Promise<object> {
  const advanced: Advanced = await tools.chat.advance(user, data.id('conversationId'), marks);
  const { member, unread, unreadMentions } = advanced;
  const { conversationId, deliveredSeq, readSeq } = member;
  return { conversationId, deliveredSeq, readSeq, unread, unreadMentions };
}

async function typing({ tools, user }: FrameCaller, data: FrameData): Promise<object> {
  await tools.chat.typing(user, data.id('conversationId'), data.flag('on', true));
  return {};
}

/** From now on what is new of it, with a position what was missed since. */
async function join(session: FrameCaller, data: FrameData): Promise<object> {
  const id = data.id('conversationId') as ConversationId;
  const position = data.any('seq') === undefined ? undefined : positionOf(data);
  const following = await session.tools.live.follow(session, id, position);
  if (!following) throw new NoWayIn();
  return { conversationId: id, ...following.position, ...shownStanding(following.member) };
}

/** This connection wants nothing more of it; its user is a member still. */
async function leave(session: FrameCaller, data: FrameData): Promise<object> {
  const conversationId = data.id('conversationId') as ConversationId;
  session.tools.live.unfollow(session, conversationId);
  return { conversationId };
}

async function broadcast({ tools, user }: FrameCaller, data: FrameData): Promise<object> {
  await tools.chat.broadcast(user, data.id('conversationId'), data.text('event'), data.any('data') ?? null);
  return {};
}

async function setPresence(session: FrameCaller, data: FrameData): Promise<object> {
  const state = data.choice('state', ['online', 'away']);
  session.tools.presence.set(session, state);
  return { state };
}

async function refresh(session: FrameCaller, data: FrameData): Promise<object> {
  const token = data.text('token');
  if (token.length > 8_192) throw new Refusal('unauthenticated', 'Send a valid user token.');
  return { expiresAt: new Date(await session.refresh(token)).toISOString() };
}
