import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type {
  ScheduleChange,
  ScheduledMessage,
  ScheduledMessageId,
} from '#domain/chat/model/scheduled-message.js';
import type { ScheduledMessages, Taken } from '#ports/chat/scheduled-messages.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { type ScheduledRow, scheduledStore } from './scheduled-store.js';

export class SqliteScheduledMessages implements ScheduledMessages {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(scheduledStore);
  }

  put(message: ScheduledMessage, most: number): Promise<boolean> {
    const { id, workspaceId: workspace, conversationId: conversation, senderId: sender } = message;
    const { text, mentions, replyTo = null, sendAt, createdAt } = message;
    const attachments = message.attachments ? JSON.stringify(message.attachments) : null;
    const said = { text, mentions: JSON.stringify(mentions), replyTo, attachments, sendAt, createdAt };
    return this.#calls.write('put', { id, workspace, conversation, sender, ...said, most });
  }

  async find(workspace: WorkspaceId, id: string): Promise<ScheduledMessage | undefined> {
    const row = await this.#calls.read('find', { workspace, id });
    return row && messageOf(row);
  }

  async ofSender(workspace: WorkspaceId, sender: string): Promise<readonly ScheduledMessage[]> {
    return (await this.#calls.read('ofSender', { workspace, sender })).map(messageOf);
  }

  async revise(
    workspace: WorkspaceId,
    id: string,
    { text, mentions, sendAt }: ScheduleChange,
  ): Promise<ScheduledMessage | undefined> {
    const named = mentions === undefined ? null : JSON.stringify(mentions);
    const row = await this.#calls.write('revise', {
      workspace,
      id,
      text: text ?? null,
      mentions: named,
      sendAt: sendAt ?? null,
    });
    return row && messageOf(row);
  }

  async remove(workspace: WorkspaceId, id: string): Promise<ScheduledMessage | undefined> {
    const row = await this.#calls.write('remove', { workspace, id });
    return row && messageOf(row);
  }

  async take(id: string, now: Instant): Promise<Taken | undefined> {
    const taken = await this.#calls.write('take', { id, now });
    return taken?.kind === 'taken' ? { kind: 'taken', message: messageOf(taken.row) } : taken;
  }

  async settle(id: string, refusal?: string): Promise<void> {
    await this.#calls.write('settle', { id, refusal: refusal ?? null });
  }
}

function messageOf(row: ScheduledRow): ScheduledMessage {
  return {
    id: row.id as ScheduledMessageId,
    workspaceId: row.workspace_id as WorkspaceId,
    conversationId: row.conversation_id as ConversationId,
    senderId: row.sender_id,
    text: row.text,
    mentions: JSON.parse(row.mentions) as string[],
    ...(row.reply_to !== null && { replyTo: row.reply_to }),
    ...(row.attachments !== null && { attachments: JSON.parse(row.attachments) as string[] }),
    sendAt: row.send_at,
    createdAt: row.created_at,
    state: row.state,
    ...(row.refusal !== null && { refusal: row.refusal }),
  };
}
