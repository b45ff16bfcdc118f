import { Inject, Injectable } from '@nestjs/common';
import { Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import { StorageBusy } from '#domain/kernel/storage-busy.js';
import { type WaitingMessage, WaitingMessages } from '#ports/chat/waiting-messages.js';
import { Log } from '#ports/system/log.js';
import { StoreMessage } from './store-message.js';

/** They say nothing of the message. */
const PASSING: ReadonlySet<RefusalCode> = new Set([
  'rate_limited',
  'storage_full',
  'storage_unavailable',
  'moderation_unavailable',
  'shutting_down',
]);

/**
 * Stores what waits for its log, in the order in which it was said. Stored twice it is one message, by its client message id; so it does not matter who
 * was quicker, its sender who has asked again or this, nor where we die.
 */
@Injectable()
export class StoreWaiting {
  readonly #store: StoreMessage;
  readonly #waiting: WaitingMessages;
  readonly #log: Log;

  constructor(store: StoreMessage, @Inject(WaitingMessages) waiting: WaitingMessages, @Inject(Log) log: Log) {
    this.#store = store;
    this.#waiting = waiting;
    this.#log = log;
  }

  start(): void {
    this.#waiting.listen((message) => this.run(message));
  }

  stop(): Promise<void> {
    return this.#waiting.stop();
  }

  /** It was counted against its sender's flood when it was sent. */
  async run({ workspaceId, senderId, said }: WaitingMessage): Promise<'done' | 'later'> {
    const by = { workspaceId, userId: senderId };
    const { conversationId, clientMessageId } = said;
    try {
      await this.#store.run(by, said, this.#store.read(by, said));
      return 'done';
    } catch (error) {
      if (error instanceof StorageBusy || (error instanceof Refusal && PASSING.has(error.code)))
        return 'later';
      if (!(error instanceof Refusal)) throw error;
      // Its sender was told nothing but to ask again, and hears why when they do.
      this.#log.info('chat.waiting_refused', { conversationId, clientMessageId, code: error.code });
      return 'done';
    }
  }
}
