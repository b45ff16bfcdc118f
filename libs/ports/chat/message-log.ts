import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { Draft, Message, MessageId } from '#domain/chat/model/message.js';

export type Appended =
  /** `isNew` false: it had been sent before; this is what was made of it then, as it stands now. */
  | { readonly kind: 'appended'; readonly message: Message; readonly isNew: boolean }
  /** The sender is no member (any more), or the conversation is not there: nobody is told which. */
  | { readonly kind: 'no_member' }
  /** Of a direct conversation: one of the two has blocked the other. */
  | { readonly kind: 'blocked' };

/** How far somebody has seen a conversation. */
export interface Position {
  readonly seq: number;
  readonly rev: number;
}

/** What somebody missed: first all of `messages`, then `changes`. */
export interface CaughtUp {
  /** With a higher `seq`, dense and ascending, in their present state. */
  readonly messages: readonly Message[];
  /** Those at or below the asked `seq` that were changed since the asked `rev`, in order of `rev`, in their present state. */
  readonly changes: readonly Message[];
  /** Where one is when all of this has been taken in. More is to be had there if `more`. */
  readonly position: Position;
  readonly more: boolean;
  /** Retention has cut off messages that were asked for: everything up to this `seq` is gone. */
  readonly cutSeq?: number;
}

export type Changed =
  | { readonly kind: 'changed'; readonly message: Message }
  | { readonly kind: 'unchanged'; readonly message: Message };

export interface Advanced {
  readonly member: Member;
  /** False if the marks were as far already. */
  readonly moved: boolean;
  readonly unread: number;
  readonly unreadMentions: number;
}

/**
 * The logs of the conversations.
 *
 * Guarantees
 * - `append` allocates the next `seq` and inserts in one atomic step, durable when it resolves: for every reader the log is
 *   1..n without holes at any moment, and what is acknowledged stays. A client message id makes one message of its sender in
 *   a conversation as long as the message is kept, whoever asks from whatever process; later asks are answered
 *   with that message, whose id, seq and time never change. The sender's membership and, of a direct conversation, blocks
 *   are judged in the same step; what had been sent before a block is still answered. The sender's own read mark advances
 *   with it.
 * - With `announced` a new message, or a change, is committed together with an event in the outbox that holds it as it is
 *   then (`loggedEvent`): there is one for each that was made, whoever dies when, and none for what was there before.
 * - `change` gives the conversation its next `rev`, and the message that `rev`, in one step with the change that `decide`
 *   makes of the message as it is stored then. `decide` may be called more than once, and is pure; what it throws is thrown,
 *   and nothing has changed. If it answers the same object nothing is written and there is no new `rev`. Undefined if there
 *   is no such message, or `by` is given and is no member: that is judged in the same step as well.
 * - `since` sees everything that was acknowledged before it was asked, never with a hole: messages up to some `seq`, and
 *   changes only when there are no messages left. A position beyond the end of the log is answered with its end: no log
 *   ever gave it, and whoever waited there would miss what comes.
 * - `page` is a stretch of the log by `seq`, ascending, tombstones included.
 * - `sent` is the message that a client message id has made of its sender, if there is one and it was acknowledged.
 * - `pinned` are the latest of them by `seq`, ascending.
 * - `advance` moves a member's marks as `advancedMarks` says, in one step: of many asked at once, in any order, the furthest
 *   is kept. Undefined if there is no such member.
 * - `cut` removes messages sent before an instant, a prefix of each log: with a limit, called until it answers 0.
 */
export interface MessageLog {
  append(workspaceId: WorkspaceId, draft: Draft, announced?: boolean): Promise<Appended>;
  change(
    conversationId: ConversationId,
    messageId: MessageId,
    decide: (message: Message) => Message,
    by?: string,
    announced?: boolean,
  ): Promise<Changed | undefined>;
  since(conversationId: ConversationId, from: Position, limit: number): Promise<CaughtUp>;
  page(
    conversationId: ConversationId,
    range: { readonly before?: number; readonly after?: number; readonly limit: number },
  ): Promise<readonly Message[]>;
  find(conversationId: ConversationId, messageId: MessageId): Promise<Message | undefined>;
  sent(
    conversationId: ConversationId,
    senderId: string,
    clientMessageId: string,
  ): Promise<Message | undefined>;
  pinned(conversationId: ConversationId, limit: number): Promise<readonly Message[]>;
  advance(
    conversationId: ConversationId,
    userId: string,
    asked: { readonly deliveredSeq?: number; readonly readSeq?: number },
  ): Promise<Advanced | undefined>;
  cut(sentBefore: Instant, limit: number): Promise<number>;
}
export const MessageLog = Symbol('MessageLog');
