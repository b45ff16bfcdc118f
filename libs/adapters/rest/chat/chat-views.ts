import { isBot } from '#domain/chat/model/bot.js';
import { type Conversation, type Member, unreadOf } from '#domain/chat/model/conversation.js';
import type { Message } from '#domain/chat/model/message.js';
import type { Upload } from '#domain/chat/model/upload.js';
import type { Chat } from '#ports/chat/conversations.js';
import type {
  AttachmentView,
  ChatView,
  ConversationView,
  HistoryView,
  ListedChatView,
  MemberView,
  MessageView,
  OwnMemberView,
} from './chat.view.js';

const time = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString();

export function conversationView(of: Conversation): ConversationView {
  const { id, kind, title, pair, createdBy, createdAt, seq, rev, cutSeq } = of;
  return {
    id,
    kind,
    title: title ?? null,
    between: pair === undefined ? null : (JSON.parse(pair) as string[]),
    createdBy,
    createdAt: new Date(createdAt).toISOString(),
    seq,
    rev,
    cutSeq,
  };
}

export function memberView({ userId, role, joinedAt, deliveredSeq, readSeq }: Member): MemberView {
  return { userId, role, joinedAt: new Date(joinedAt).toISOString(), deliveredSeq, readSeq };
}

/** Whether somebody is mute is nobody's business but theirs. */
export function ownMemberView(member: Member): OwnMemberView {
  return { ...memberView(member), mutedUntil: time(member.mutedUntil) };
}

export function chatView(conversation: Conversation, member: Member): ChatView {
  return {
    ...conversationView(conversation),
    me: ownMemberView(member),
    unread: unreadOf(conversation, member),
  };
}

export function listedChatView({ conversation, member, unreadMentions, last }: Chat): ListedChatView {
  return { ...chatView(conversation, member), unreadMentions, last: last ? messageView(last) : null };
}

export function messageView(message: Message): MessageView {
  const { id, conversationId, seq, rev, senderId, clientMessageId, text, replyTo, sentAt } = message;
  const { mentions, attachments, reactions, editedAt, deletedAt, pinnedAt, pinnedBy } = message;
  return {
    id,
    conversationId,
    seq,
    rev,
    senderId,
    ...(isBot(senderId) && { bot: true as const }),
    clientMessageId,
    text,
    replyTo: replyTo ?? null,
    mentions: [...mentions],
    attachments: [...attachments],
    reactions: Object.fromEntries(Object.entries(reactions).map(([emoji, users]) => [emoji, [...users]])),
    sentAt: new Date(sentAt).toISOString(),
    editedAt: time(editedAt),
    deletedAt: time(deletedAt),
    pinnedAt: time(pinnedAt),
    pinnedBy: pinnedBy ?? null,
  };
}

/** @param mayBeMore whether something later may be there already */
export function historyView(messages: readonly Message[], mayBeMore: boolean): HistoryView {
  const [first, last] = [messages[0], messages.at(-1)];
  return {
    data: messages.map(messageView),
    page: {
      next: last && mayBeMore ? String(last.seq) : null,
      previous: first && first.seq > 1 ? String(first.seq) : null,
    },
  };
}

export function attachmentView(upload: Upload): AttachmentView {
  const { id, name, mediaType, bytes, width, height, preview } = upload;
  const size = width === undefined || height === undefined ? {} : { width, height };
  return { id, name, mediaType, bytes, ...size, ...(preview && { preview }) };
}
