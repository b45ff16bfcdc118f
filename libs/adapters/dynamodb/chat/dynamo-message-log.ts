import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { advancedMarks, type ConversationId, unreadOf } from '#domain/chat/model/conversation.js';
import type { Draft, Message, MessageId } from '#domain/chat/model/message.js';
import type { Advanced, Appended, CaughtUp, Changed, MessageLog, Position } from '#ports/chat/message-log.js';
import { fields, when } from '../engine/expressions.js';
import type { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import { Appending } from './appending.js';
import { page, since } from './catching-up.js';
import { change } from './changing.js';
import { type MemberItem, memberOf, type MessageItem, messageOf, type PlaceItem } from './chat-items.js';
import { logPartition, memberKey, messageKey, sentKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';
import { cut } from './retention.js';
import { unreadMentions } from './unread-mentions.js';

export class DynamoMessageLog implements MessageLog {
  readonly #chat: ChatTable;
  readonly #outbox: DynamoOutbox;
  readonly #appending: Appending;

  constructor(chat: ChatTable, outbox: DynamoOutbox) {
    this.#chat = chat;
    this.#outbox = outbox;
    this.#appending = new Appending(chat, outbox);
  }

  append(workspaceId: WorkspaceId, draft: Draft, announced = false): Promise<Appended> {
    return this.#appending.append(workspaceId, draft, announced);
  }

  change(
    conversationId: ConversationId,
    messageId: MessageId,
    decide: (message: Message) => Message,
    by?: string,
    announced = false,
  ): Promise<Changed | undefined> {
    const asked = { conversationId, messageId, decide, by, announced };
    return this.#chat.turns.run(conversationId, () => change(this.#chat, this.#outbox, asked));
  }

  since(conversationId: ConversationId, from: Position, limit: number): Promise<CaughtUp> {
    return since(this.#chat, conversationId, from, limit);
  }

  page(
    conversationId: ConversationId,
    range: { readonly before?: number; readonly after?: number; readonly limit: number },
  ): Promise<readonly Message[]> {
    return page(this.#chat, conversationId, range);
  }

  find(conversationId: ConversationId, messageId: MessageId): Promise<Message | undefined> {
    return this.#chat.message(conversationId, messageId);
  }

  async sent(
    conversationId: ConversationId,
    senderId: string,
    clientMessageId: string,
  ): Promise<Message | undefined> {
    const place = await this.#chat.table.get<PlaceItem>(sentKey(conversationId, senderId, clientMessageId));
    return place && this.#chat.messageAt(conversationId, place.seq);
  }

  async pinned(conversationId: ConversationId, limit: number): Promise<readonly Message[]> {
    const { table } = this.#chat;
    const pk = logPartition(conversationId);
    const places = await table.list<PlaceItem>({ pk, startsWith: 'PIN#', limit, descending: true });
    const items = await table.getAll<MessageItem>(places.map(({ seq }) => messageKey(conversationId, seq)));
    return items
      .map((item) => messageOf(conversationId, item))
      .filter(({ pinnedAt }) => pinnedAt !== undefined)
      .sort((a, b) => a.seq - b.seq);
  }

  async advance(
    conversationId: ConversationId,
    userId: string,
    asked: { readonly deliveredSeq?: number; readonly readSeq?: number },
  ): Promise<Advanced | undefined> {
    const { table } = this.#chat;
    const meta = await this.#chat.meta(conversationId);
    if (!meta) return undefined;
    const place = memberKey(conversationId, meta.crowd, userId);
    let before = await table.get<MemberItem>(place);
    // Whoever loses was overtaken by marks that are further, and these end at the end of the log. One whose answer was lost is
    // overtaken by itself: others are shown these marks with the next ones, or when they look.
    while (before) {
      const { deliveredSeq, readSeq } = before;
      const marks = advancedMarks(before, asked, meta.seq);
      const moved = marks.deliveredSeq > deliveredSeq || marks.readSeq > readSeq;
      const asTheyWere = when`#deliveredSeq = ${deliveredSeq} AND #readSeq = ${readSeq}`;
      const written = moved
        ? await table.update<MemberItem>(place, fields({ ...marks }), asTheyWere)
        : { kind: 'done' as const, item: before };
      if (written.kind === 'done') {
        const member = memberOf(conversationId, written.item);
        const unread = unreadOf(meta, member);
        return { member, moved, unread, unreadMentions: await unreadMentions(this.#chat, meta, member) };
      }
      before = written.item;
    }
    return undefined;
  }

  cut(sentBefore: Instant, limit: number): Promise<number> {
    return cut(this.#chat, sentBefore, limit);
  }
}
