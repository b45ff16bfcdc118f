import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ChatUser, Marks } from '#domain/chat/chat.facade.js';
import type { Conversation, ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { Message, MessageId } from '#domain/chat/model/message.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { type Chat, Conversations } from '#ports/chat/conversations.js';
import { type CaughtUp, MessageLog, type Position } from '#ports/chat/message-log.js';
import { BlockUsers } from './block-users.js';
import { MOST_TOLD_MARKS } from './conversation-feed.js';
import { EnterConversation } from './enter-conversation.js';

const MOST_CAUGHT_UP = 500;
const MOST_OF_HISTORY = 200;
const MOST_PINS = 100;

/** What a user may see: all of what they are a member of, and nothing else. */
@Injectable()
export class ReadChats {
  readonly #enter: EnterConversation;
  readonly #conversations: Conversations;
  readonly #log: MessageLog;
  readonly #blocks: BlockUsers;

  constructor(
    enter: EnterConversation,
    @Inject(Conversations) conversations: Conversations,
    @Inject(MessageLog) log: MessageLog,
    blocks: BlockUsers,
  ) {
    this.#enter = enter;
    this.#conversations = conversations;
    this.#log = log;
    this.#blocks = blocks;
  }

  /**
   * How far the others are, where everybody is told of everybody: in a room of thousands nobody is, and where one of two has blocked
   * the other neither. Of a conversation that the user is no member of nothing.
   */
  async marks({ workspaceId, userId }: ChatUser, id: string): Promise<readonly Marks[]> {
    const [conversation, { data, next }] = await Promise.all([
      this.#conversations.find(workspaceId, id),
      this.#conversations.members(id as ConversationId, { limit: MOST_TOLD_MARKS }),
    ]);
    if (!conversation || (await this.#blocks.cuts(conversation, userId))) return [];
    const isTheirs = data.some((one) => one.userId === userId);
    return next === null && isTheirs ? data.filter((one) => one.userId !== userId) : [];
  }

  chats({ workspaceId, userId }: ChatUser, page: PageRequest): Promise<Page<Chat>> {
    return this.#conversations.ofUser(workspaceId, userId, page);
  }

  /** @throws NoWayIn */
  one(by: ChatUser, id: string): Promise<{ conversation: Conversation; member: Member }> {
    return this.#enter.run(by, id);
  }

  /** @throws NoWayIn, Refusal `validation_failed` */
  catchUp(by: ChatUser, id: string, { seq, rev }: Position, limit: number): Promise<CaughtUp> {
    const from = { seq: numberOf(seq, '/seq'), rev: numberOf(rev, '/rev') };
    const most = between(limit, MOST_CAUGHT_UP);
    return this.#enter.reading(by, id, (conversation) => this.#log.since(conversation.id, from, most));
  }

  /** Ascending: the last ones before `before`, or the first ones after `after`. @throws NoWayIn */
  history(
    by: ChatUser,
    id: string,
    { limit, ...range }: { readonly before?: number; readonly after?: number; readonly limit: number },
  ): Promise<readonly Message[]> {
    const wanted = { ...range, limit: between(limit, MOST_OF_HISTORY) };
    return this.#enter.reading(by, id, (conversation) => this.#log.page(conversation.id, wanted));
  }

  /** @throws NoWayIn */
  message(by: ChatUser, id: string, messageId: string): Promise<Message> {
    return this.#enter.reading(by, id, async (conversation) => {
      const message = await this.#log.find(conversation.id, messageId as MessageId);
      if (!message) throw new NoWayIn();
      return message;
    });
  }

  /** @throws NoWayIn */
  pinned(by: ChatUser, id: string): Promise<readonly Message[]> {
    return this.#enter.reading(by, id, (conversation) => this.#log.pinned(conversation.id, MOST_PINS));
  }

  /** @throws NoWayIn */
  members(by: ChatUser, id: string, page: PageRequest): Promise<Page<Member>> {
    return this.#enter.reading(by, id, (conversation) => this.#conversations.members(conversation.id, page));
  }
}

function numberOf(value: number, pointer: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  const detail = 'A whole number from 0 is needed.';
  throw new Refusal('validation_failed', detail, { faults: [{ pointer, code: 'wrong_type', detail }] });
}

function between(limit: number, most: number): number {
  return Number.isFinite(limit) ? Math.min(most, Math.max(1, Math.trunc(limit))) : most;
}
