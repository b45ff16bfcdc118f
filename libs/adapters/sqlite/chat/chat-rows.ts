import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type {
  Conversation,
  ConversationId,
  ConversationKind,
  Member,
  Role,
} from '#domain/chat/model/conversation.js';
import type { Message, MessageId } from '#domain/chat/model/message.js';

export interface ConversationRow {
  readonly no: number;
  readonly id: string;
  readonly workspace_id: string;
  readonly kind: ConversationKind;
  readonly pair: string | null;
  readonly title: string | null;
  readonly created_by: string;
  readonly created_at: Instant;
  readonly seq: number;
  readonly rev: number;
  readonly cut_seq: number;
  readonly size: number;
  readonly spread: number;
  readonly moved: number;
}

export interface MemberRow {
  readonly user_id: string;
  readonly role: string;
  readonly joined_at: Instant;
  readonly delivered_seq: number;
  readonly read_seq: number;
  readonly muted_until: Instant | null;
}

export interface MessageRow {
  readonly id: string;
  readonly seq: number;
  readonly rev: number;
  readonly sent_at: Instant;
  readonly sender_id: string;
  readonly client_id: string;
  readonly text: string;
  readonly extra: string | null;
}

export function conversationOf(row: ConversationRow): Conversation {
  return {
    id: row.id as ConversationId,
    workspaceId: row.workspace_id as WorkspaceId,
    kind: row.kind,
    ...(row.title !== null && { title: row.title }),
    ...(row.pair !== null && { pair: row.pair }),
    createdBy: row.created_by,
    createdAt: row.created_at,
    seq: row.seq,
    rev: row.rev,
    cutSeq: row.cut_seq,
  };
}

export function memberOf(conversation: string, row: MemberRow): Member {
  return {
    conversationId: conversation as ConversationId,
    userId: row.user_id,
    role: row.role as Role,
    joinedAt: row.joined_at,
    deliveredSeq: row.delivered_seq,
    readSeq: row.read_seq,
    ...(row.muted_until !== null && { mutedUntil: row.muted_until }),
  };
}

/** What {@link MessageRow.extra} holds: of each message only what is there. */
type Extra = Partial<
  Pick<
    Message,
    | 'replyTo'
    | 'mentions'
    | 'attachments'
    | 'reactions'
    | 'editedAt'
    | 'deletedAt'
    | 'pinnedAt'
    | 'pinnedBy'
    | 'changeNames'
  >
>;

export function extraOf(message: Extra): string | null {
  const { replyTo, mentions = [], attachments = [], reactions = {} } = message;
  const { editedAt, deletedAt, pinnedAt, pinnedBy, changeNames } = message;
  const extra: Extra = {
    ...(replyTo !== undefined && { replyTo }),
    ...(mentions.length > 0 && { mentions }),
    ...(attachments.length > 0 && { attachments }),
    ...(Object.keys(reactions).length > 0 && { reactions }),
    ...(editedAt !== undefined && { editedAt }),
    ...(deletedAt !== undefined && { deletedAt }),
    ...(pinnedAt !== undefined && { pinnedAt }),
    ...(pinnedBy !== undefined && { pinnedBy }),
    ...(changeNames !== undefined && { changeNames }),
  };
  const text = JSON.stringify(extra);
  return text === '{}' ? null : text;
}

export function mentionsIn(extra: string | null): readonly string[] {
  return extra === null ? [] : ((JSON.parse(extra) as Extra).mentions ?? []);
}

export function messageOf(conversation: string, row: MessageRow): Message {
  return {
    id: row.id as MessageId,
    conversationId: conversation as ConversationId,
    seq: row.seq,
    rev: row.rev,
    senderId: row.sender_id,
    clientMessageId: row.client_id,
    text: row.text,
    mentions: [],
    attachments: [],
    reactions: {},
    sentAt: row.sent_at,
    ...(row.extra !== null && (JSON.parse(row.extra) as Extra)),
  };
}
