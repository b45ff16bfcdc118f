import type { Following } from '#domain/chat/application/live-conversations.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { Message } from '#domain/chat/model/message.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import {
  shownConversation,
  shownMessage,
  shownPresence,
  shownStanding,
} from '#domain/chat/model/shown-chat.js';
import type { Chat } from '#ports/chat/conversations.js';
import type { Position } from '#ports/chat/message-log.js';
import { AnswerRoom, bytesOf } from './answer-room.js';
import type { FrameCaller } from './frame-caller.js';
import type { FrameData } from './frame-data.js';

/** Positions that one frame may hold. */
const MOST_ASKED_FOR = 1_000;
const CHATS_AT_ONCE = 100;
/** Conversations looked up at once for one connection. */
const AT_ONCE = 16;
/** Bytes, of the 128 KiB that API Gateway takes: of the chats of a page, of these and where one is in each, of all. */
const LARGEST_CHATS = 48 * 1024;
const LARGEST_STANDINGS = 80 * 1024;
const LARGEST_ANSWER = 112 * 1024;
/** Bytes of a message in the list of chats; of a larger one so many characters are shown, and so many files. */
const LARGEST_LAST = 4 * 1024;
const LONGEST_GLIMPSE = 300;
const MOST_GLIMPSED_FILES = 3;

interface Listed {
  readonly chats: readonly { readonly id: string }[];
  readonly next: string | null;
}

/**
 * Answered when all has been pushed that was missed: of each conversation, where one is then, and how far the others are. With no
 * positions: what is new of the user's conversations from now on, and these themselves, a page at a time, newest first. An answer
 * names as many conversations as it has room for; the others are to be asked for again.
 */
export async function resume(session: FrameCaller, data: FrameData): Promise<object> {
  const asked = positionsIn(data);
  const { chats, next } = asked
    ? { chats: [], next: null }
    : await chatsFrom(session, data.optionalText('after'));
  const wanted = asked ?? chats.map(({ id }) => [id, undefined] as const);
  const used = bytesOf(chats);
  const room = new AnswerRoom(LARGEST_STANDINGS - used);
  const conversations: Record<string, object> = {};
  let isWhole = true;
  for (let at = 0; at < wanted.length && isWhole; at += AT_ONCE) {
    const some = wanted.slice(at, at + AT_ONCE);
    const found = await Promise.all(some.map(([id, from]) => standingOf(session, id, from)));
    for (const [i, [id]] of some.entries()) {
      const standing = found[i];
      if (standing && room.takes({ [id]: standing })) conversations[id] = standing;
      else isWhole = false;
    }
  }
  const presence = next === null ? await presenceFor(session, LARGEST_ANSWER - used - room.used) : [];
  return { conversations, chats, next, more: next !== null || !isWhole, presence };
}

function positionsIn(data: FrameData): readonly (readonly [string, Position])[] | undefined {
  const asked = data.entries('conversations', MOST_ASKED_FOR);
  if (!asked && (data.isEmpty || data.optionalText('after') !== undefined)) return undefined;
  return [...(asked ?? data.all(MOST_ASKED_FOR))].map(([id, one]) => [id, positionOf(one)] as const);
}

export function positionOf(data: FrameData): Position {
  return { seq: data.count('seq'), rev: data.count('rev') };
}

async function standingOf(session: FrameCaller, id: string, from: Position | undefined): Promise<object> {
  const following = await session.tools.live.follow(session, id as ConversationId, from);
  return following ? standing(session, id, following) : { error: noWayIn() };
}

async function standing(session: FrameCaller, id: string, following: Following): Promise<object> {
  const { position, more, member } = following;
  const others = await session.tools.chat.marks(session.user, id);
  const marks = others.map(({ userId, deliveredSeq, readSeq }) => [userId, [deliveredSeq, readSeq]] as const);
  return {
    ...position,
    ...(more && { more: true }),
    ...shownStanding(member),
    marks: Object.fromEntries(marks),
  };
}

function noWayIn(): object {
  const { code, message: detail } = new NoWayIn();
  return { code, detail };
}

/** As many as have room; pages are of one size, and where one begins is the store's affair. */
async function chatsFrom({ tools, user }: FrameCaller, after: string | undefined): Promise<Listed> {
  for (let limit = CHATS_AT_ONCE; ; limit = Math.floor(limit / 2)) {
    const page = await tools.chat.chats(user, { limit, ...(after !== undefined && { after }) });
    const chats = page.data.map(shownChat);
    if (limit === 1 || bytesOf(chats) <= LARGEST_CHATS) return { chats, next: page.next };
  }
}

function shownChat({ conversation, member, last, unreadMentions }: Chat): { readonly id: string } {
  return {
    ...shownConversation(conversation),
    ...{ me: shownStanding(member) },
    ...{ last: last ? glimpseOf(last) : null },
    ...{ unread: Math.max(0, conversation.seq - member.readSeq), unreadMentions },
  };
}

/** What thousands have reacted to, and what is long, is shown in part: the whole is in the log. */
function glimpseOf(message: Message): object {
  const shown = shownMessage(message);
  if (bytesOf(shown) <= LARGEST_LAST) return shown;
  const text = shown.text.slice(0, LONGEST_GLIMPSE).toWellFormed();
  return {
    ...shown,
    text,
    mentions: [],
    reactions: {},
    attachments: shown.attachments.slice(0, MOST_GLIMPSED_FILES),
  };
}

/** Who does not fit into the answer is shown as those are who come later. */
async function presenceFor(session: FrameCaller, bytes: number): Promise<readonly object[]> {
  const room = new AnswerRoom(bytes);
  const seen = await session.tools.presence.seenBy(session.user.workspaceId, session);
  return seen.flatMap((presence) => {
    const shown = shownPresence(presence);
    if (room.takes(shown)) return [shown];
    session.pass({ kind: 'presence', presence });
    return [];
  });
}
