import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Conversation, ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { Change, Message, MessageId } from '#domain/chat/model/message.js';
import type { Chat } from '#ports/chat/conversations.js';
import type { Advanced, CaughtUp, Position } from '#ports/chat/message-log.js';

/** Who acts: a user of an application, by a token of theirs or by an API key in their name. */
export interface ChatUser {
  readonly workspaceId: WorkspaceId;
  readonly userId: string;
}

export type NewConversation =
  | { readonly kind: 'direct'; readonly with: string }
  | { readonly kind: 'group' | 'room'; readonly title: string; readonly members: readonly string[] };

export interface NewMessage {
  readonly conversationId: string;
  readonly clientMessageId: string;
  /** The door has made up its client message id: who asks again asks for another message. */
  readonly nameless?: boolean;
  readonly text: string;
  readonly replyTo?: string;
  readonly mentions?: readonly string[];
  /** `att_…`, uploaded before by the sender. */
  readonly attachments?: readonly string[];
}

/** How far somebody has come. */
export type Marks = Pick<Member, 'userId' | 'deliveredSeq' | 'readSeq'>;

/** By its id; or, of one's own, by what one called it: known before it is sent. */
export type MessageNamed = MessageId | { readonly clientMessageId: string };

/**
 * All that a user may do in a chat, whatever the door. Every path asks first whether they are a member.
 * A conversation or message that is not there, of another workspace, or that the user is no member of is refused with
 * `forbidden` in the same words.
 */
export interface ChatFacade {
  /** The same conversation for the same pair, whoever opens it; with an id given, once for that id. */
  open(
    by: ChatUser,
    what: NewConversation,
    id?: ConversationId,
  ): Promise<{ readonly conversation: Conversation; readonly created: boolean }>;
  /**
   * Durable when it resolves.
   * @throws Refusal `forbidden` | `validation_failed` | `message_too_large` | `rate_limited` | `storage_unavailable`: then it may be stored later, and
   * asking again with the same client message id is answered with the one message
   */
  send(by: ChatUser, message: NewMessage): Promise<{ readonly message: Message; readonly isNew: boolean }>;
  /**
   * @param clientChangeId the user's own name for this change: asked for again under it, because the answer was lost, it is made
   *   once, whatever has been made of the message since
   * @throws Refusal `forbidden` | `invalid_transition` | `validation_failed` | `message_too_large` | `rate_limited`
   */
  change(
    by: ChatUser,
    conversationId: string,
    of: MessageNamed,
    change: Change,
    clientChangeId?: string,
  ): Promise<Message>;
  advance(
    by: ChatUser,
    conversationId: string,
    marks: { readonly deliveredSeq?: number; readonly readSeq?: number },
  ): Promise<Advanced>;
  /** Of the others, where everybody is told of everybody; else of nobody. */
  marks(by: ChatUser, conversationId: string): Promise<readonly Marks[]>;
  /** @param limit 1..500 */
  catchUp(by: ChatUser, conversationId: string, from: Position, limit: number): Promise<CaughtUp>;
  history(
    by: ChatUser,
    conversationId: string,
    range: { readonly before?: number; readonly after?: number; readonly limit: number },
  ): Promise<readonly Message[]>;
  chats(by: ChatUser, page: PageRequest): Promise<Page<Chat>>;
  /** Passed on to who is connected, and not kept. */
  typing(by: ChatUser, conversationId: string, on: boolean): Promise<void>;
  broadcast(by: ChatUser, conversationId: string, event: string, data: unknown): Promise<void>;
}
export const ChatFacade = Symbol('ChatFacade');
