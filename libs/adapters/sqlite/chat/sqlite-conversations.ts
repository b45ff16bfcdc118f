import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import {
  type Conversation,
  type ConversationId,
  fullRefusal,
  type Member,
  type Role,
} from '#domain/chat/model/conversation.js';
import type { Chat, Conversations, Entered } from '#ports/chat/conversations.js';
import { numberBefore } from '../communication/newest-first.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { conversationOf, memberOf, messageOf } from './chat-rows.js';
import { chatStore } from './chat-store.js';
import type { ChatRow } from './conversation-procedures.js';

export class SqliteConversations implements Conversations {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(chatStore);
  }

  async open(
    conversation: Conversation,
    members: readonly Member[],
  ): Promise<{ readonly conversation: Conversation; readonly created: boolean }> {
    const opened = await this.#calls.write('open', { conversation, members });
    if (!opened) throw new Refusal('already_exists', 'This id is taken.');
    return { conversation: conversationOf(opened.row), created: opened.created };
  }

  async find(workspace: WorkspaceId, id: string): Promise<Conversation | undefined> {
    const row = await this.#calls.read('find', { workspace, id });
    return row && conversationOf(row);
  }

  async entered(workspace: WorkspaceId, id: string, user: string): Promise<Entered | undefined> {
    const rows = await this.#calls.read('entered', { workspace, id, user });
    if (!rows) return undefined;
    const conversation = conversationOf(rows.conversation);
    return { conversation, member: memberOf(conversation.id, rows.member) };
  }

  async ofUser(workspace: WorkspaceId, user: string, { limit, after }: PageRequest): Promise<Page<Chat>> {
    const range = { workspace, user, before: numberBefore(after), limit: limit + 1 };
    const rows = await this.#calls.read('ofUser', range);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return { data: shown.map(chatOf), next: last ? `after:${last.conversation.moved}` : null };
  }

  async rename(workspace: WorkspaceId, id: ConversationId, title: string): Promise<void> {
    await this.#calls.write('rename', { workspace, id, title });
  }

  async memberOf(conversation: ConversationId, user: string): Promise<Member | undefined> {
    const row = await this.#calls.read('member', { conversation, user });
    return row && memberOf(conversation, row);
  }

  async members(conversation: ConversationId, { limit, after }: PageRequest): Promise<Page<Member>> {
    const range = { conversation, after: nameAfter(after), limit: limit + 1 };
    const rows = await this.#calls.read('members', range);
    const data = rows.slice(0, limit).map((row) => memberOf(conversation, row));
    const last = rows.length > limit ? data.at(-1) : undefined;
    return { data, next: last ? `after:${last.userId}` : null };
  }

  userIds(conversation: ConversationId): Promise<readonly string[]> {
    return this.#calls.read('userIds', { conversation });
  }

  async putMember(member: Member): Promise<void> {
    const answer = await this.#calls.write('putMember', member);
    if (answer !== 'put') throw fullRefusal(answer.full);
  }

  async changeMember(
    conversation: ConversationId,
    user: string,
    { role, mutedUntil }: { readonly role?: Role; readonly mutedUntil?: Instant | null },
  ): Promise<Member | undefined> {
    const args = { conversation, user, role, mutedUntil };
    const row = await this.#calls.write('changeMember', args, { urgent: true });
    return row && memberOf(conversation, row);
  }

  async removeMember(conversation: ConversationId, user: string): Promise<void> {
    await this.#calls.write('removeMember', { conversation, user }, { urgent: true });
  }
}

function chatOf({ conversation, member, last, unreadMentions }: ChatRow): Chat {
  return {
    conversation: conversationOf(conversation),
    member: memberOf(conversation.id, member),
    ...(last && { last: messageOf(conversation.id, last) }),
    unreadMentions,
  };
}

/** A cursor is the last name shown; every name sorts after the empty one. @throws Refusal `invalid_cursor` */
function nameAfter(after: string | undefined): string {
  if (after === undefined) return '';
  const name = /^after:(.+)$/s.exec(after)?.[1];
  if (name === undefined) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return name;
}
