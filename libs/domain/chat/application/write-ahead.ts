import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import { StorageBusy } from '#domain/kernel/storage-busy.js';
import type { ChatUser, NewMessage } from '#domain/chat/chat.facade.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { type WaitingMessage, WaitingMessages } from '#ports/chat/waiting-messages.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import type { Sent } from './append-message.js';
import { WaitingLines } from './waiting-lines.js';

/** When its sender had better ask again. */
const AGAIN_AFTER_MS = 5_000;

/**
 * Keeps what the log cannot take for now where its storage is not needed, so that it is stored though its sender goes away. Nobody is told that it is
 * sent before it is in the log: the refusal says that the storage is unavailable, which every client answers by asking again.
 */
@Injectable()
export class WriteAhead {
  readonly #waiting: WaitingMessages;
  readonly #log: MessageLog;
  readonly #warnings: Log;
  readonly #lines: WaitingLines;

  constructor(
    @Inject(WaitingMessages) waiting: WaitingMessages,
    @Inject(MessageLog) log: MessageLog,
    @Inject(Clock) clock: Clock,
    @Inject(Log) warnings: Log,
  ) {
    this.#waiting = waiting;
    this.#log = log;
    this.#lines = new WaitingLines(clock);
    this.#warnings = warnings;
  }

  /** @throws Refusal `storage_unavailable`: it is kept, and will be stored; StorageBusy: it is not */
  async run(by: ChatUser, asked: NewMessage, store: () => Promise<Sent>): Promise<Sent> {
    try {
      if (await this.#isBehind(by, asked)) return await this.#keep(by, asked);
      return await store();
    } catch (error) {
      if (!(error instanceof StorageBusy)) throw error;
      return this.#keep(by, asked, error);
    }
  }

  /** Whether something that the same user said here before waits: stored at once, this would overtake it. */
  async #isBehind(by: ChatUser, { conversationId, clientMessageId }: NewMessage): Promise<boolean> {
    const name = nameOf(by, conversationId);
    for (;;) {
      const [first] = this.#lines.of(name);
      if (!first || first === clientMessageId) return false;
      if (!(await this.#log.sent(conversationId as ConversationId, by.userId, first))) return true;
      this.#lines.leave(name, first);
    }
  }

  async #keep(by: ChatUser, asked: NewMessage, error?: StorageBusy): Promise<never> {
    const { workspaceId, userId: senderId } = by;
    const { nameless, ...said } = asked;
    // Kept, it would be another message than that which its sender asks for next.
    if (nameless) throw error ?? new StorageBusy(undefined);
    const name = nameOf(by, asked.conversationId);
    // In line before it is kept: what its sender says meanwhile comes behind it.
    this.#lines.enter(name, asked.clientMessageId);
    const isKept = await this.#put({ workspaceId, senderId, said });
    if (!isKept) {
      this.#lines.leave(name, asked.clientMessageId);
      throw error ?? new StorageBusy(undefined);
    }
    throw new Refusal('storage_unavailable', 'It has been taken, and is not in the log yet: ask again.', {
      retryAfterMs: AGAIN_AFTER_MS,
    });
  }

  async #put(message: WaitingMessage): Promise<boolean> {
    try {
      return (await this.#waiting.put(message)) === 'kept';
    } catch (error) {
      this.#warnings.error('chat.message_not_kept', { error });
      return false;
    }
  }
}

function nameOf({ workspaceId, userId }: ChatUser, conversationId: string): string {
  return JSON.stringify([workspaceId, userId, conversationId]);
}
