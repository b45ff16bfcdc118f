import type { Brand, Instant } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ImageSize } from './image-size.js';
import { type Conversation, type ConversationId, type Member, may } from './conversation.js';

/** `msg_…` */
export type MessageId = Brand<string, 'MessageId'>;

/** What a message carries of an uploaded file; the bytes are a blob. */
export interface Attachment {
  /** `att_…` */
  readonly id: string;
  readonly name: string;
  /** As its bytes say, not as its name does. */
  readonly mediaType: string;
  readonly bytes: number;
  readonly width?: number;
  readonly height?: number;
  /** Of an image of which there are small pictures: how large the largest is. */
  readonly preview?: ImageSize;
}

export interface Message {
  readonly id: MessageId;
  readonly conversationId: ConversationId;
  /** Its place in the log, from 1, without holes. */
  readonly seq: number;
  /** The number of the last change made to it; 0 if there was none. */
  readonly rev: number;
  readonly senderId: string;
  readonly clientMessageId: string;
  /** Empty of a tombstone, and of a message that is all attachments. */
  readonly text: string;
  readonly replyTo?: MessageId;
  /** Users. */
  readonly mentions: readonly string[];
  readonly attachments: readonly Attachment[];
  /** Who reacted how: users by what they reacted with, in the order in which they did. */
  readonly reactions: Readonly<Record<string, readonly string[]>>;
  readonly sentAt: Instant;
  readonly editedAt?: Instant;
  /** Set of a tombstone. */
  readonly deletedAt?: Instant;
  readonly pinnedAt?: Instant;
  readonly pinnedBy?: string;
  /** Who made the last of its changes and by what name of theirs, where they gave one. Shown to nobody. */
  readonly changeNames?: readonly string[];
}

/** What a sender says; the log gives it its place. */
export type Draft = Pick<
  Message,
  'id' | 'conversationId' | 'senderId' | 'clientMessageId' | 'text' | 'mentions' | 'attachments' | 'sentAt'
> & { readonly replyTo?: MessageId };

export type Change =
  | { readonly kind: 'edit'; readonly text: string; readonly mentions: readonly string[] }
  | { readonly kind: 'delete' }
  | { readonly kind: 'react'; readonly emoji: string; readonly on: boolean }
  | { readonly kind: 'pin'; readonly on: boolean };

/** UTF-16 units. A message is to fit in a frame of 128 KiB whatever its letters. */
export const LONGEST_TEXT = 20_000;
export const MOST_MENTIONS = 50;
export const MOST_ATTACHMENTS = 10;
/** Different ones on one message. */
export const MOST_REACTIONS = 20;
export const LONGEST_EMOJI = 32;
/** Names of changes that a message remembers: thousands may react to one, and one who asks again asks soon. */
export const MOST_CHANGE_NAMES = 24;

export const changeNameOf = (userId: string, clientChangeId: string): string => `${userId} ${clientChangeId}`;

/**
 * The message with a change made that its maker has given a name. Asked for again, because the answer was lost, it is the very
 * same object, whatever others have made of the message since: who edits on one device is not undone by the other.
 */
export function changedOnce(message: Message, name: string, change: (message: Message) => Message): Message {
  const { changeNames = [] } = message;
  if (changeNames.includes(name)) return message;
  const after = change(message);
  if (after === message) return message;
  return { ...after, changeNames: [...changeNames.slice(1 - MOST_CHANGE_NAMES), name] };
}

/**
 * The message with the change made; the very same object if there is nothing to change, so that asking twice is one change.
 * @throws Refusal `forbidden` | `invalid_transition` (a tombstone) | `validation_failed`
 */
export function changed(
  message: Message,
  change: Change,
  by: Member,
  conversation: Pick<Conversation, 'kind'>,
  now: Instant,
): Message {
  if (message.deletedAt !== undefined) {
    if (change.kind === 'delete') return message;
    throw new Refusal('invalid_transition', 'The message has been deleted.');
  }
  const own = message.senderId === by.userId;
  switch (change.kind) {
    case 'edit':
      if (!own) throw new Refusal('forbidden', 'Only who wrote a message may edit it.');
      return edited(message, change, now);
    case 'delete':
      if (!own && !may(conversation, by.role, 'delete_others'))
        throw new Refusal('forbidden', 'Only who wrote a message, or an admin, may delete it.');
      return tombstoneOf(message, now);
    case 'react':
      return reacted(message, change, by.userId);
    case 'pin':
      if (!may(conversation, by.role, 'pin')) throw new Refusal('forbidden', 'Only admins pin here.');
      return pinned(message, change.on, by.userId, now);
  }
}

function edited(
  message: Message,
  { text, mentions }: Extract<Change, { kind: 'edit' }>,
  now: Instant,
): Message {
  const same = message.text === text && JSON.stringify(message.mentions) === JSON.stringify(mentions);
  return same ? message : { ...message, text, mentions, editedAt: now };
}

/** Nothing of what it said is left, only that something was said. */
function tombstoneOf(message: Message, now: Instant): Message {
  const { id, conversationId, seq, rev, senderId, clientMessageId, sentAt } = message;
  const place = { id, conversationId, seq, rev, senderId, clientMessageId, sentAt };
  return { ...place, text: '', mentions: [], attachments: [], reactions: {}, deletedAt: now };
}

function reacted(message: Message, { emoji, on }: { emoji: string; on: boolean }, userId: string): Message {
  // Somebody may react with the word `constructor`: that is no reaction that is there already.
  const before = Object.hasOwn(message.reactions, emoji) ? (message.reactions[emoji] ?? []) : [];
  if (before.includes(userId) === on) return message;
  const { [emoji]: _, ...others } = message.reactions;
  const after = on ? [...before, userId] : before.filter((one) => one !== userId);
  if (before.length === 0 && Object.keys(others).length >= MOST_REACTIONS)
    throw new Refusal('validation_failed', `A message takes ${MOST_REACTIONS} different reactions.`);
  return { ...message, reactions: after.length === 0 ? others : { ...others, [emoji]: after } };
}

function pinned(message: Message, on: boolean, userId: string, now: Instant): Message {
  if ((message.pinnedAt !== undefined) === on) return message;
  const { pinnedAt: _at, pinnedBy: _by, ...rest } = message;
  return on ? { ...rest, pinnedAt: now, pinnedBy: userId } : rest;
}
