import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Conversation, ConversationId, Member, Role } from '#domain/chat/model/conversation.js';
import type { Chat, Conversations, Entered } from '#ports/chat/conversations.js';
import { fields, when } from '../engine/expressions.js';
import { conversationOf, EVERY, type MemberItem, memberOf } from './chat-items.js';
import { crowdPartition, memberKey, metaKey } from './chat-keys.js';
import { ChatList } from './chat-list.js';
import type { ChatTable } from './chat-table.js';
import { putMember, removeMember } from './membership.js';
import { openConversation } from './opening.js';

export class DynamoConversations implements Conversations {
  readonly #chat: ChatTable;
  readonly #list: ChatList;

  constructor(chat: ChatTable) {
    this.#chat = chat;
    this.#list = new ChatList(chat);
  }

  open(
    conversation: Conversation,
    members: readonly Member[],
  ): Promise<{ readonly conversation: Conversation; readonly created: boolean }> {
    return openConversation(this.#chat, conversation, members);
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<Conversation | undefined> {
    const meta = await this.#chat.meta(id);
    return meta?.workspaceId === workspaceId ? conversationOf(meta) : undefined;
  }

  async entered(workspaceId: WorkspaceId, id: string, userId: string): Promise<Entered | undefined> {
    const [conversation, member] = await Promise.all([
      this.find(workspaceId, id),
      // Of another workspace's conversation this may be somebody: they count only together.
      this.memberOf(id as ConversationId, userId),
    ]);
    return conversation && member && { conversation, member };
  }

  ofUser(workspaceId: WorkspaceId, userId: string, page: PageRequest): Promise<Page<Chat>> {
    return this.#list.page(workspaceId, userId, page);
  }

  async rename(workspaceId: WorkspaceId, id: ConversationId, title: string): Promise<void> {
    await this.#chat.table.update(metaKey(id), fields({ title }), when`#workspaceId = ${workspaceId}`);
  }

  async memberOf(conversationId: ConversationId, userId: string): Promise<Member | undefined> {
    const crowd = await this.#chat.crowdOf(conversationId);
    if (crowd === undefined) return undefined;
    const item = await this.#chat.table.get<MemberItem>(memberKey(conversationId, crowd, userId));
    return item && memberOf(conversationId, item);
  }

  async members(conversationId: ConversationId, { limit, after }: PageRequest): Promise<Page<Member>> {
    const name = after === undefined ? undefined : nameAfter(after);
    const crowd = await this.#chat.crowdOf(conversationId);
    if (crowd === undefined) return { data: [], next: null };
    const items = await this.#chat.table.list<MemberItem>({
      pk: crowdPartition(conversationId, crowd),
      limit: limit + 1,
      ...(name !== undefined && { after: { ...memberKey(conversationId, crowd, name) } }),
    });
    const data = items.slice(0, limit).map((item) => memberOf(conversationId, item));
    const last = items.length > limit ? data.at(-1) : undefined;
    return { data, next: last ? `after:${last.userId}` : null };
  }

  async userIds(conversationId: ConversationId): Promise<readonly string[]> {
    const crowd = await this.#chat.crowdOf(conversationId);
    if (crowd === undefined) return [];
    const pk = crowdPartition(conversationId, crowd);
    const items = await this.#chat.table.list<MemberItem>({ pk, limit: EVERY });
    return items.map(({ userId }) => userId);
  }

  putMember(member: Member): Promise<void> {
    return this.#chat.turns.run(member.conversationId, () => putMember(this.#chat, member));
  }

  async changeMember(
    conversationId: ConversationId,
    userId: string,
    { role, mutedUntil }: { readonly role?: Role; readonly mutedUntil?: Instant | null },
  ): Promise<Member | undefined> {
    const crowd = await this.#chat.crowdOf(conversationId);
    const named = {
      ...(role && { role }),
      ...(mutedUntil !== undefined && { mutedUntil: mutedUntil ?? undefined }),
    };
    if (crowd === undefined || Object.keys(named).length === 0) return this.memberOf(conversationId, userId);
    const place = memberKey(conversationId, crowd, userId);
    const written = await this.#chat.table.update<MemberItem>(
      place,
      fields(named),
      when`attribute_exists(pk)`,
    );
    return written.kind === 'done' ? memberOf(conversationId, written.item) : undefined;
  }

  removeMember(conversationId: ConversationId, userId: string): Promise<void> {
    return this.#chat.turns.run(conversationId, () => removeMember(this.#chat, conversationId, userId));
  }
}

/** A cursor is the last name shown. @throws Refusal `invalid_cursor` */
function nameAfter(after: string): string {
  const name = /^after:(.+)$/s.exec(after)?.[1];
  if (name === undefined) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return name;
}
