import type { Message } from '#client/chat.js';
import type { Chat } from './chat-state.js';

/** How its user stands in it. */
export interface OwnMember {
  readonly readSeq: number;
  readonly role?: Chat['role'];
  readonly mutedUntil?: string | null;
}

/** What REST and the wire say of a conversation. */
export interface WireChat {
  readonly id: string;
  readonly kind: Chat['kind'];
  readonly title: string | null;
  readonly between: readonly string[] | null;
  readonly createdAt: string;
  readonly seq: number;
  readonly cutSeq: number;
  readonly me?: OwnMember;
  readonly last?: Message | null;
  readonly unreadMentions?: number;
}

export type Chats = ReadonlyMap<string, Chat>;

export function chatOf(wire: WireChat, known?: Chat): Chat {
  const { id, kind, title, between, createdAt } = wire;
  return {
    ...{ id, kind, title, between, createdAt },
    seq: Math.max(wire.seq, known?.seq ?? 0),
    cutSeq: Math.max(wire.cutSeq, known?.cutSeq ?? 0),
    // Marks only move forward, whatever was on its way meanwhile. Who was taken in has read what was said before.
    readSeq: Math.max(wire.me?.readSeq ?? (known ? 0 : wire.seq), known?.readSeq ?? 0),
    mentions: wire.unreadMentions ?? known?.mentions ?? 0,
    last: newest(wire.last ?? undefined, known?.last),
    role: wire.me?.role ?? known?.role,
    mutedUntil: (wire.me?.mutedUntil === undefined ? known?.mutedUntil : wire.me.mutedUntil) ?? null,
  };
}

export function withStanding(chat: Chat, me: OwnMember): Chat {
  return chatOf({ ...chat, last: chat.last ?? null, me }, chat);
}

export function unreadOf({ seq, readSeq }: Chat): number {
  return Math.max(0, seq - readSeq);
}

/** The one with the newest message first. */
export function inOrder(chats: Chats): readonly Chat[] {
  return [...chats.values()].sort((one, other) => movedAt(other).localeCompare(movedAt(one)));
}

export function withSaid(chat: Chat, message: Message, me: string): Chat {
  const isNew = message.seq > chat.seq;
  const isMine = message.senderId === me;
  const readSeq = isMine ? Math.max(chat.readSeq, message.seq) : chat.readSeq;
  const calls = isNew && !isMine && (message.mentions?.includes(me) ?? false);
  return {
    ...chat,
    seq: Math.max(chat.seq, message.seq),
    readSeq,
    mentions: isMine ? 0 : chat.mentions + (calls ? 1 : 0),
    last: newest(message, chat.last),
  };
}

export function withRead(chat: Chat, readSeq: number): Chat {
  if (readSeq <= chat.readSeq) return chat;
  return { ...chat, readSeq, mentions: readSeq >= chat.seq ? 0 : chat.mentions };
}

function newest(one: Message | undefined, other: Message | undefined): Message | undefined {
  if (!one || !other) return one ?? other;
  if (one.seq === other.seq) return one.rev >= other.rev ? one : other;
  return one.seq > other.seq ? one : other;
}

function movedAt({ last, createdAt }: Chat): string {
  return last?.sentAt ?? createdAt;
}
