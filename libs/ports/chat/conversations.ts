import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Conversation, ConversationId, Member, Role } from '#domain/chat/model/conversation.js';
import type { Message } from '#domain/chat/model/message.js';

/** A conversation as one of its members finds it in the list of theirs. */
export interface Chat {
  readonly conversation: Conversation;
  readonly member: Member;
  readonly last?: Message;
  /** Messages behind the read mark that mention the member as they stand now, counted up to MOST_UNREAD_MENTIONS. */
  readonly unreadMentions: number;
}

/** A conversation, and one of its members. */
export interface Entered {
  readonly conversation: Conversation;
  readonly member: Member;
}

/**
 * Which conversations there are, and who is in them.
 *
 * Guarantees
 * - `open` makes a conversation with its members in one step, or answers the one that is there: with the same id, or of the
 *   same pair. Two people who write to one another at the same instant are in one conversation. An id that is another
 *   workspace's is refused with `already_exists`.
 * - `ofUser` lists the conversations a user is in, the one with the newest message first, one without messages as if its
 *   opening were one; one that moves while pages are read may be met again or not, all others are met once.
 * - `memberOf` answers a member only while they are one. `entered` answers what `find` and `memberOf` do together, in one
 *   question: every path of the chat asks it first.
 * - `putMember` adds a member or changes one's role or mute; the marks of one who was there stay, and since when. It
 *   refuses with `validation_failed` where the conversation is full, however many are added at once. A new member has read
 *   what was said before. Of a conversation that is not there nothing is put.
 * - `changeMember` changes only what it names of one who is a member, in one step (null: no mute); undefined if they are
 *   none. Nobody comes back by it who was removed meanwhile, and a mute brings back no role that was taken.
 * - `removeMember`: when it resolves nothing that is appended later reaches the one who left. Removing twice is once.
 * - `userIds` are the members at some moment since it was asked.
 */
export interface Conversations {
  open(
    conversation: Conversation,
    members: readonly Member[],
  ): Promise<{ readonly conversation: Conversation; readonly created: boolean }>;
  find(workspaceId: WorkspaceId, id: string): Promise<Conversation | undefined>;
  entered(workspaceId: WorkspaceId, id: string, userId: string): Promise<Entered | undefined>;
  ofUser(workspaceId: WorkspaceId, userId: string, page: PageRequest): Promise<Page<Chat>>;
  rename(workspaceId: WorkspaceId, id: ConversationId, title: string): Promise<void>;
  memberOf(conversationId: ConversationId, userId: string): Promise<Member | undefined>;
  members(conversationId: ConversationId, page: PageRequest): Promise<Page<Member>>;
  userIds(conversationId: ConversationId): Promise<readonly string[]>;
  putMember(member: Member): Promise<void>;
  changeMember(
    conversationId: ConversationId,
    userId: string,
    change: { readonly role?: Role; readonly mutedUntil?: Instant | null },
  ): Promise<Member | undefined>;
  removeMember(conversationId: ConversationId, userId: string, now: Instant): Promise<void>;
}
export const Conversations = Symbol('Conversations');
