import type { Instant } from '#domain/kernel/brand.js';
import { isBot } from './bot.js';
import type { Conversation, ConversationKind, Member, Role } from './conversation.js';
import type { Attachment, Message } from './message.js';
import type { Shown } from './presence.js';

/** A message as clients get it. Times in ISO 8601, UTC. */
export interface ShownMessage {
  id: string;
  conversationId: string;
  seq: number;
  rev: number;
  senderId: string;
  /** Left out of a person. */
  bot?: true;
  clientMessageId: string;
  text: string;
  replyTo: string | null;
  mentions: readonly string[];
  attachments: readonly Attachment[];
  reactions: Readonly<Record<string, readonly string[]>>;
  sentAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  pinnedAt: string | null;
  pinnedBy: string | null;
}

export function shownMessage(message: Message): ShownMessage {
  const { id, conversationId, seq, rev, senderId, clientMessageId, text } = message;
  const { mentions, attachments, reactions } = message;
  return {
    ...{ id, conversationId, seq, rev, senderId },
    ...(isBot(senderId) && { bot: true as const }),
    ...{ clientMessageId, text },
    replyTo: message.replyTo ?? null,
    ...{ mentions, attachments, reactions },
    sentAt: new Date(message.sentAt).toISOString(),
    editedAt: timeOf(message.editedAt),
    deletedAt: timeOf(message.deletedAt),
    pinnedAt: timeOf(message.pinnedAt),
    pinnedBy: message.pinnedBy ?? null,
  };
}

export interface ShownConversation {
  id: string;
  kind: ConversationKind;
  title: string | null;
  /** Of a direct one: the two of it. */
  between: readonly string[] | null;
  createdBy: string;
  createdAt: string;
  seq: number;
  rev: number;
  cutSeq: number;
}

export function shownConversation(conversation: Conversation): ShownConversation {
  const { id, kind, title, pair, createdBy, createdAt, seq, rev, cutSeq } = conversation;
  return {
    ...{ id, kind, title: title ?? null },
    between: pair === undefined ? null : (JSON.parse(pair) as string[]),
    createdBy,
    createdAt: new Date(createdAt).toISOString(),
    ...{ seq, rev, cutSeq },
  };
}

/** How one's own membership stands. */
export interface ShownStanding {
  role: Role;
  deliveredSeq: number;
  readSeq: number;
  mutedUntil: string | null;
}

export function shownStanding({ role, deliveredSeq, readSeq, mutedUntil }: Member): ShownStanding {
  return { role, deliveredSeq, readSeq, mutedUntil: timeOf(mutedUntil) };
}

export function shownPresence({ userId, state, lastSeenAt }: Shown): object {
  return { userId, online: state !== 'offline', state, lastSeenAt: timeOf(lastSeenAt) };
}

function timeOf(at: Instant | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
