import type { ConversationKind, Role } from '#domain/chat/model/conversation.js';
import type { PageView } from '../kit/page.view.js';

export class ConversationView {
  /** `cnv_…` */
  id!: string;
  kind!: ConversationKind;
  /** Of a group or room. */
  title!: string | null;
  /** Of a direct one: the two. */
  between!: string[] | null;
  createdBy!: string;
  /** ISO 8601, UTC; so are the others. */
  createdAt!: string;
  /** The number of its newest message; 0 while there is none. */
  seq!: number;
  /** The number of its newest change; 0 while there is none. */
  rev!: number;
  /** Messages up to this one have been cut off by retention; 0 if none. */
  cutSeq!: number;
}

export class MemberView {
  userId!: string;
  role!: Role;
  joinedAt!: string;
  /** Everything up to here has reached one of their devices. */
  deliveredSeq!: number;
  readSeq!: number;
}

export class MembersView {
  data!: MemberView[];
  page!: PageView;
}

export class PreviewView {
  width!: number;
  height!: number;
}

export class AttachmentView {
  /** `att_…` */
  id!: string;
  name!: string;
  mediaType!: string;
  bytes!: number;
  width?: number;
  height?: number;
  /** Of an image of which there are previews: how large the larger is. */
  preview?: PreviewView;
}

export class MessageView {
  /** `msg_…` */
  id!: string;
  conversationId!: string;
  /** Its place in the log, from 1, without holes. */
  seq!: number;
  /** The number of the last change made to it; 0 if there was none. */
  rev!: number;
  senderId!: string;
  /** Its sender is a program: their id begins with `bot:`. Left out of a person. */
  bot?: true;
  clientMessageId!: string;
  /** Empty of one that was deleted. */
  text!: string;
  replyTo!: string | null;
  mentions!: string[];
  attachments!: AttachmentView[];
  /** Users by what they reacted with. */
  reactions!: Record<string, string[]>;
  sentAt!: string;
  editedAt!: string | null;
  deletedAt!: string | null;
  pinnedAt!: string | null;
  pinnedBy!: string | null;
}

/** Where a log goes on to both sides. */
export class HistoryPageView {
  /** Pass it as `after`: null where there was nothing later. */
  next!: string | null;
  /** Pass it as `before`: null where there is nothing earlier. */
  previous!: string | null;
}

export class HistoryView {
  /** Ascending by `seq`. */
  data!: MessageView[];
  page!: HistoryPageView;
}

export class PinsView {
  /** The latest 100, ascending by `seq`. */
  data!: MessageView[];
}

/** The user's own part in a conversation. */
export class OwnMemberView extends MemberView {
  /** No calls for attention until then. */
  mutedUntil!: string | null;
}

export class ChatView extends ConversationView {
  me!: OwnMemberView;
  /** What lies behind the read mark. */
  unread!: number;
}

export class ListedChatView extends ChatView {
  /** Messages behind the read mark that mention the user, counted up to 1,000. */
  unreadMentions!: number;
  last!: MessageView | null;
}

export class ChatsView {
  /** The one with the newest message first. */
  data!: ListedChatView[];
  page!: PageView;
}

export class ReceiptView {
  deliveredSeq!: number;
  readSeq!: number;
  unread!: number;
  unreadMentions!: number;
}

export class BlocksView {
  /** Users. */
  data!: string[];
}
