import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type ConversationId, unreadOf } from '#domain/chat/model/conversation.js';
import type { Draft, Message, MessageId } from '#domain/chat/model/message.js';
import type { Advanced, Appended, CaughtUp, Changed, MessageLog, Position } from '#ports/chat/message-log.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { extraOf, memberOf, messageOf, type MessageRow } from './chat-rows.js';
import { chatStore } from './chat-store.js';

/** Somebody waits for each of these: they are not to wait behind a newsletter. */
const URGENT = { urgent: true };

export class SqliteMessageLog implements MessageLog {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(chatStore);
  }

  async append(workspace: WorkspaceId, draft: Draft, announced = false): Promise<Appended> {
    const { id, conversationId: conversation, senderId: sender, clientMessageId: clientId } = draft;
    const said = { sentAt: draft.sentAt, text: draft.text, extra: extraOf(draft) };
    const args = { workspace, conversation, id, sender, clientId, ...said, announced };
    const answer = await this.#calls.write('append', args, URGENT);
    if (answer.kind === 'known')
      return { kind: 'appended', message: messageOf(conversation, answer.row), isNew: false };
    if (answer.kind !== 'new') return answer;
    const row: MessageRow = {
      id,
      seq: answer.seq,
      rev: 0,
      sent_at: said.sentAt,
      sender_id: sender,
      client_id: clientId,
      text: said.text,
      extra: said.extra,
    };
    return { kind: 'appended', message: messageOf(conversation, row), isNew: true };
  }

  async change(
    conversation: ConversationId,
    id: MessageId,
    decide: (message: Message) => Message,
    by?: string,
    announced = false,
  ): Promise<Changed | undefined> {
    let before = await this.find(conversation, id);
    // Whoever loses was overtaken by somebody who won: each turn brings the message forward, and this ends.
    while (before) {
      const after = decide(before);
      if (after === before) return { kind: 'unchanged', message: before };
      const args = {
        conversation,
        id,
        by: by ?? null,
        revBefore: before.rev,
        text: after.text,
        extra: extraOf(after),
        pinned: after.pinnedAt === undefined ? 0 : 1,
        announced,
      } as const;
      const answer = await this.#calls.write('change', args, URGENT);
      if (answer?.kind === 'changed') return { kind: 'changed', message: { ...after, rev: answer.rev } };
      before = answer && messageOf(conversation, answer.row);
    }
    return undefined;
  }

  async since(conversation: ConversationId, from: Position, limit: number): Promise<CaughtUp> {
    const caughtUp = await this.#calls.read('since', { conversation, from, limit });
    const read = (row: MessageRow): Message => messageOf(conversation, row);
    return { ...caughtUp, messages: caughtUp.messages.map(read), changes: caughtUp.changes.map(read) };
  }

  async page(
    conversation: ConversationId,
    range: { before?: number; after?: number; limit: number },
  ): Promise<readonly Message[]> {
    const { before = Number.MAX_SAFE_INTEGER, after, limit } = range;
    const rows = await this.#calls.read('page', { conversation, before, after, limit });
    return rows.map((row) => messageOf(conversation, row));
  }

  async find(conversation: ConversationId, id: MessageId): Promise<Message | undefined> {
    const row = await this.#calls.read('message', { conversation, id });
    return row && messageOf(conversation, row);
  }

  async sent(conversation: ConversationId, sender: string, clientId: string): Promise<Message | undefined> {
    const row = await this.#calls.read('sent', { conversation, sender, clientId });
    return row && messageOf(conversation, row);
  }

  async pinned(conversation: ConversationId, limit: number): Promise<readonly Message[]> {
    const rows = await this.#calls.read('pinned', { conversation, limit });
    return rows.map((row) => messageOf(conversation, row));
  }

  async advance(
    conversation: ConversationId,
    user: string,
    asked: { deliveredSeq?: number; readSeq?: number },
  ): Promise<Advanced | undefined> {
    const answer = await this.#calls.write('advance', { conversation, user, asked });
    if (!answer) return undefined;
    const { row, moved, seq, unreadMentions } = answer;
    const member = memberOf(conversation, row);
    return { member, moved, unread: unreadOf({ seq }, member), unreadMentions };
  }

  cut(sentBefore: Instant, limit: number): Promise<number> {
    return this.#calls.write('cut', { sentBefore, limit });
  }
}
