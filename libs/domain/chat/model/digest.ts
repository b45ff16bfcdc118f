import type { Instant } from '#domain/kernel/brand.js';
import { type Absence, toldOf } from './absence.js';
import { type Conversation, type Member, unreadOf } from './conversation.js';
import { otherOf } from './direct.js';
import type { Message } from './message.js';

/** What of the chats of a workspace is told to those who are away, and how. */
export interface AwayRule {
  /** How long one has to be away, milliseconds. */
  readonly afterMs: number;
  /** The notification type. */
  readonly type: string;
  /** Whether the last line of each conversation may leave the chat. */
  readonly words: boolean;
  /** Where the user reads on; with `{conversationId}` in it, each conversation has an address of its own. */
  readonly chatUrl: string;
  /** What else the type prints: who writes. */
  readonly data: Readonly<Record<string, string>>;
}

/** A conversation with something in it that its member wants to be told of, and has not read. */
export interface Behind {
  readonly conversation: Conversation;
  readonly member: Member;
  readonly last: Message;
  /** Messages; of a conversation that is mute, those that mention the member. */
  readonly unread: number;
}

interface Standing {
  readonly conversation: Conversation;
  readonly member: Member;
  readonly last?: Message;
  readonly unreadMentions: number;
}

/** Named one by one in a digest; the others are counted only. */
const MOST_NAMED = 10;
const LONGEST_LINE = 140;

export function isMute({ mutedUntil = 0 }: Pick<Member, 'mutedUntil'>, now: Instant): boolean {
  return mutedUntil > now;
}

/** Of what retention has cut off nothing is left to be read. */
export function behindIn(chats: readonly Standing[], now: Instant): readonly Behind[] {
  return chats.flatMap(({ conversation, member, last, unreadMentions }) => {
    const unread = isMute(member, now) ? unreadMentions : unreadOf(conversation, member);
    return last && unread > 0 ? [{ conversation, member, last, unread }] : [];
  });
}

/** Whether anything is there that they were not told of before: who came back and left it unread knows of it. */
export function hasNews(behind: readonly Behind[], { told }: Pick<Absence, 'told'>): boolean {
  return behind.some(({ conversation: { id, seq } }) => seq > (toldOf(told, id) ?? 0));
}

export function toldIn(behind: readonly Behind[]): Absence['told'] {
  return Object.fromEntries(behind.map(({ conversation: { id, seq } }) => [id, seq]));
}

/** What the notification says, by the names of the shipped type. */
export function digestOf(
  userId: string,
  behind: readonly Behind[],
  { words, chatUrl, data }: AwayRule,
  since: Instant,
): Readonly<Record<string, unknown>> {
  return {
    ...data,
    inboxUrl: addressOf(chatUrl, ''),
    unreadCount: behind.reduce((sum, { unread }) => sum + unread, 0),
    since: new Date(since).toISOString(),
    conversations: behind.slice(0, MOST_NAMED).map(({ conversation, last, unread }) => ({
      title: conversation.title ?? otherOf(conversation, userId) ?? '',
      unread,
      url: addressOf(chatUrl, conversation.id),
      ...(words && last.text !== '' && { lastSender: last.senderId, lastLine: lineOf(last.text) }),
    })),
  };
}

function addressOf(chatUrl: string, conversationId: string): string {
  return chatUrl.replaceAll('{conversationId}', encodeURIComponent(conversationId));
}

function lineOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1).toWellFormed()}…`;
}
