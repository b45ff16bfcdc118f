import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import { ChatFacade } from '#domain/chat/chat.facade.js';
import type { ScheduledMessage } from '#domain/chat/model/scheduled-message.js';
import { Realtime } from '#ports/chat/realtime.js';
import { ScheduledMessages } from '#ports/chat/scheduled-messages.js';
import { Timers } from '#ports/events/timers.js';
import { Clock } from '#ports/system/clock.js';
import { SEND_TIMER } from './schedule-messages.js';

/**
 * Says what was scheduled, when its alarm rings. Its id is its client message id: whoever dies between sending and settling
 * leaves one that the next ring sends again, which is answered with the message that is there.
 */
@Injectable()
export class SendScheduled {
  readonly #scheduled: ScheduledMessages;
  readonly #chat: ChatFacade;
  readonly #timers: Timers;
  readonly #realtime: Realtime;
  readonly #clock: Clock;

  constructor(
    @Inject(ScheduledMessages) scheduled: ScheduledMessages,
    @Inject(ChatFacade) chat: ChatFacade,
    @Inject(Timers) timers: Timers,
    @Inject(Realtime) realtime: Realtime,
    @Inject(Clock) clock: Clock,
  ) {
    this.#scheduled = scheduled;
    this.#chat = chat;
    this.#timers = timers;
    this.#realtime = realtime;
    this.#clock = clock;
  }

  async run(id: string): Promise<void> {
    const taken = await this.#scheduled.take(id, this.#clock.now());
    if (taken?.kind === 'early') return this.#timers.set({ kind: SEND_TIMER, key: id, at: taken.sendAt });
    if (!taken) return;
    const { workspaceId, senderId } = taken.message;
    const refusal = await this.#send(taken.message);
    await this.#scheduled.settle(id, refusal);
    // One that was said is told of by its message.
    if (refusal !== undefined)
      this.#realtime.tell(workspaceId, { kind: 'own', userId: senderId, what: 'scheduled_messages' });
  }

  /** In which words it was refused; undefined if it was not. What may pass (a flood, the storage) is thrown, and rings again. */
  async #send(message: ScheduledMessage): Promise<string | undefined> {
    const { id, workspaceId, conversationId, senderId, text, mentions, replyTo, attachments } = message;
    const said = { conversationId, clientMessageId: id, text, mentions };
    try {
      await this.#chat.send(
        { workspaceId, userId: senderId },
        { ...said, ...(replyTo !== undefined && { replyTo }), ...(attachments && { attachments }) },
      );
      return undefined;
    } catch (error) {
      if (error instanceof Refusal && PERMANENT.has(error.code)) return error.message;
      throw error;
    }
  }
}

const PERMANENT: ReadonlySet<string> = new Set([
  'forbidden',
  'validation_failed',
  'message_too_large',
  'message_refused',
]);
