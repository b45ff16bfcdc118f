import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type {
  Conversation,
  ConversationId,
  ConversationKind,
  Member,
  Role,
} from '#domain/chat/model/conversation.js';
import type { Message, MessageId } from '#domain/chat/model/message.js';
import type { Key } from '../engine/keys.js';
import { memberKey, messageKey } from './chat-keys.js';

/** A conversation with more members than this is large: its messages do not move it in the list of each. */
export const SMALL_AT_MOST = 8;

/** What all writers of one conversation agree by: each transaction that allots a number or changes who is in it, changes it. */
export interface MetaItem extends Key {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: ConversationKind;
  readonly title?: string;
  readonly pair?: string;
  readonly createdBy: string;
  readonly createdAt: Instant;
  readonly seq: number;
  readonly rev: number;
  readonly cutSeq: number;
  /** When the oldest message that is kept was sent; absent if there is none. */
  readonly oldestAt?: Instant;
  /** When it was opened, or its newest message came: never earlier than it was. */
  readonly movedAt: Instant;
  /** That of its newest message, see {@link MessageItem.cameAt}; 0 if there was none. */
  readonly cameAt: Instant;
  /** No message behind it mentions anybody. */
  readonly mentionSeq: number;
  readonly size: number;
  /** One higher with each who comes or goes. */
  readonly turnover: number;
  /**
   * Under which name its members are kept. Members of a large one are written before it is: those that were written by an
   * opening that came to nothing are in a crowd that no conversation has.
   */
  readonly crowd: string;
  /** Small: then each message moves it in the list of everybody in it, who are `people`. Once large it stays so. */
  readonly isSmall: boolean;
  readonly people?: ReadonlySet<string>;
}

export function conversationOf(item: MetaItem): Conversation {
  const { id, workspaceId, kind, title, pair, createdBy, createdAt, seq, rev, cutSeq } = item;
  return {
    id: id as ConversationId,
    workspaceId: workspaceId as WorkspaceId,
    kind,
    ...(title !== undefined && { title }),
    ...(pair !== undefined && { pair }),
    createdBy,
    createdAt,
    seq,
    rev,
    cutSeq,
  };
}

export interface MemberItem extends Key {
  readonly userId: string;
  readonly role: Role;
  readonly joinedAt: Instant;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly mutedUntil?: Instant;
}

export function memberItem(crowd: string, member: Member): MemberItem {
  const { conversationId, userId, role, joinedAt, deliveredSeq, readSeq, mutedUntil } = member;
  return {
    ...memberKey(conversationId, crowd, userId),
    userId,
    role,
    joinedAt,
    deliveredSeq,
    readSeq,
    ...(mutedUntil !== undefined && { mutedUntil }),
  };
}

export function memberOf(conversationId: string, item: MemberItem): Member {
  const { userId, role, joinedAt, deliveredSeq, readSeq, mutedUntil } = item;
  return {
    conversationId: conversationId as ConversationId,
    userId,
    role,
    joinedAt,
    deliveredSeq,
    readSeq,
    ...(mutedUntil !== undefined && { mutedUntil }),
  };
}

/** Of one conversation in the list of one user. */
export interface EntryItem extends Key {
  readonly id: string;
  readonly crowd: string;
  /** As that of a small conversation is; large ones say it themselves. */
  readonly movedAt?: Instant;
}

export interface MessageItem extends Key {
  readonly id: string;
  readonly seq: number;
  readonly rev: number;
  readonly senderId: string;
  readonly clientMessageId: string;
  readonly sentAt: Instant;
  /** When it was sent, but not before any that has a lower number: clocks differ, and in a log time does not go back. */
  readonly cameAt: Instant;
  /** Everything else, as JSON: DynamoDB has no way to keep a reaction named `__proto__`. */
  readonly said: string;
}

type Said = Omit<Message, keyof MessageItem | 'conversationId'>;

/** DynamoDB takes 400 KB; the rest is for keys and names. */
const LARGEST_SAID = 380_000;

/** What a change may change. @throws Refusal `message_too_large` */
export function changedPart(message: Message): Pick<MessageItem, 'rev' | 'said'> {
  const { rev, said } = messageItem(message, message.sentAt);
  return { rev, said };
}

/** @throws Refusal `message_too_large` */
export function messageItem(message: Message, cameAt: Instant): MessageItem {
  const { id, conversationId, seq, rev, senderId, clientMessageId, sentAt, ...rest } = message;
  const said = JSON.stringify(rest satisfies Said);
  // Thousands react with twenty signs each: what a message carries of them is bounded.
  if (Buffer.byteLength(said) > LARGEST_SAID)
    throw new Refusal('message_too_large', 'The message with all that is attached to it is too large.');
  const place = { ...messageKey(conversationId, seq), id, seq, rev };
  return { ...place, senderId, clientMessageId, sentAt, cameAt, said };
}

export function messageOf(conversationId: string, item: MessageItem): Message {
  const { id, seq, rev, senderId, clientMessageId, sentAt, said } = item;
  return {
    id: id as MessageId,
    conversationId: conversationId as ConversationId,
    seq,
    rev,
    senderId,
    clientMessageId,
    sentAt,
    ...(JSON.parse(said) as Said),
  };
}

/** A pointer at a message. */
export interface PlaceItem extends Key {
  readonly seq: number;
}

export interface PairItem extends Key {
  readonly conversationId?: string;
  /** Those of the two who have blocked the other; absent if nobody has. */
  readonly blockedBy?: ReadonlySet<string>;
}

/** As a limit: all there are. */
export const EVERY = 1_000_000_000;
