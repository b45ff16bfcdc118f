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

/** When its sender had better ask again. */
const AGAIN_AFTER_MS = 5_000;
/** For how long those who send on, though they have no answer, are kept behind what waits. */
const LINE_MS = 300_000;

interface InLine {
  readonly clientMessageId: string;
  readonly until: number;
}

/**
 * Keeps what the log cannot take for now where its storage is not needed, so that it is stored though its sender goes away. Nobody is told that it is
 * sent before it is in the log: the refusal says that the storage is unavailable, which every client answers by asking again.
 */
@Injectable()
export class WriteAhead {
  readonly #waiting: WaitingMessages;
  readonly #log: MessageLog;
  readonly #clock: Clock;
  readonly #warnings: Log;
  readonly #lines = new Map<string, readonly InLine[]>();

  constructor(
    @Inject(WaitingMessages) waiting: WaitingMessages,
    @Inject(MessageLog) log: MessageLog,
    @Inject(Clock) clock: Clock,
    @Inject(Log) warnings: Log,
  ) {
    this.#waiting = waiting;
    this.#log = log;
    this.#clock = clock;
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
      const [first] = this.#lineOf(name);
      if (!first || first === clientMessageId) return false;
      if (!(await this.#log.sent(conversationId as ConversationId, by.userId, first))) return true;
      this.#leave(name, first);
    }
  }

  async #keep(by: ChatUser, asked: NewMessage, error?: StorageBusy): Promise<never> {
    const { workspaceId, userId: senderId } = by;
    const { nameless, ...said } = asked;
    // Kept, it would be another message than that which its sender asks for next.
    if (nameless) throw error ?? new StorageBusy(undefined);
    const name = nameOf(by, asked.conversationId);
    // In line before it is kept: what its sender says meanwhile comes behind it.
    this.#enter(name, asked.clientMessageId);
    const isKept = await this.#put({ workspaceId, senderId, said });
    if (!isKept) {
      this.#leave(name, asked.clientMessageId);
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

  #lineOf(name: string): readonly string[] {
    const now = this.#clock.monotonic();
    const line = (this.#lines.get(name) ?? []).filter(({ until }) => until > now);
    this.#setLine(name, line);
    return line.map(({ clientMessageId }) => clientMessageId);
  }

  #enter(name: string, clientMessageId: string): void {
    if (this.#lineOf(name).includes(clientMessageId)) return;
    const until = this.#clock.monotonic() + LINE_MS;
    this.#setLine(name, [...(this.#lines.get(name) ?? []), { clientMessageId, until }]);
  }

  #leave(name: string, clientMessageId: string): void {
    this.#setLine(
      name,
      (this.#lines.get(name) ?? []).filter((one) => one.clientMessageId !== clientMessageId),
    );
  }

  #setLine(name: string, line: readonly InLine[]): void {
    if (line.length > 0) this.#lines.set(name, line);
    else this.#lines.delete(name);
  }
}

function nameOf({ workspaceId, userId }: ChatUser, conversationId: string): string {
  return JSON.stringify([workspaceId, userId, conversationId]);
}
