import { Inject, Injectable } from '@nestjs/common';
import type { Instant } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import {
  MOST_SCHEDULED,
  readSendAt,
  type ScheduleChange,
  type ScheduledMessage,
  type ScheduledMessageId,
} from '#domain/chat/model/scheduled-message.js';
import { readAttachments, readMentions, readText } from '#domain/chat/model/what-is-said.js';
import { Realtime } from '#ports/chat/realtime.js';
import { ScheduledMessages } from '#ports/chat/scheduled-messages.js';
import { Timers } from '#ports/events/timers.js';
import { Clock } from '#ports/system/clock.js';
import { EnterConversation } from './enter-conversation.js';
import { TakeAttachments } from './take-attachments.js';

/** Alarms of scheduled messages, by id. */
export const SEND_TIMER = 'send-chat-message';

export interface MessageToSchedule {
  readonly conversationId: string;
  readonly text: string;
  readonly mentions?: readonly string[];
  readonly replyTo?: string;
  /** `att_…`, uploaded before by the sender. */
  readonly attachments?: readonly string[];
  readonly sendAt: Instant;
}

/** What a user is to say later: made, changed and called off by its sender, and seen by nobody else. */
@Injectable()
export class ScheduleMessages {
  readonly #enter: EnterConversation;
  readonly #attachments: TakeAttachments;
  readonly #scheduled: ScheduledMessages;
  readonly #timers: Timers;
  readonly #realtime: Realtime;
  readonly #clock: Clock;

  constructor(
    enter: EnterConversation,
    attachments: TakeAttachments,
    @Inject(ScheduledMessages) scheduled: ScheduledMessages,
    @Inject(Timers) timers: Timers,
    @Inject(Realtime) realtime: Realtime,
    @Inject(Clock) clock: Clock,
  ) {
    this.#enter = enter;
    this.#attachments = attachments;
    this.#scheduled = scheduled;
    this.#timers = timers;
    this.#realtime = realtime;
    this.#clock = clock;
  }

  /**
   * @param id from the request, so that a request repeated after a crash schedules one message
   * @throws Refusal `forbidden` | `validation_failed` | `message_too_large` | `invalid_schedule`
   */
  async add(by: ChatUser, id: ScheduledMessageId, asked: MessageToSchedule): Promise<ScheduledMessage> {
    const known = await this.#scheduled.find(by.workspaceId, id);
    const message = known ?? (await this.#read(by, id, asked));
    // The alarm first: dying after it costs an alarm for nothing, dying before it a message that is never sent.
    await this.#timers.set({ kind: SEND_TIMER, key: id, at: message.sendAt });
    if (!(await this.#scheduled.put(message, MOST_SCHEDULED))) {
      await this.#timers.cancel(SEND_TIMER, id);
      throw new Refusal('validation_failed', `A user has at most ${MOST_SCHEDULED} messages scheduled.`);
    }
    // It may have rung while there was nothing to send.
    if (this.#clock.now() >= message.sendAt)
      await this.#timers.set({ kind: SEND_TIMER, key: id, at: message.sendAt });
    this.#tell(by);
    return message;
  }

  list({ workspaceId, userId }: ChatUser): Promise<readonly ScheduledMessage[]> {
    return this.#scheduled.ofSender(workspaceId, userId);
  }

  /** @throws Refusal `not_found` */
  async find({ workspaceId, userId }: ChatUser, id: string): Promise<ScheduledMessage> {
    const found = await this.#scheduled.find(workspaceId, id);
    if (found?.senderId !== userId) throw notFound('scheduled message');
    return found;
  }

  /** @throws Refusal `not_found` | `invalid_transition` | `validation_failed` | `message_too_large` | `invalid_schedule` */
  async revise(by: ChatUser, id: string, asked: ScheduleChange): Promise<ScheduledMessage> {
    const before = await this.find(by, id);
    const { text, mentions, sendAt } = asked;
    // One that was refused has its time behind it.
    const needsTime = sendAt !== undefined || before.state === 'refused';
    const change: ScheduleChange = {
      ...(text !== undefined && { text: readText(text, before.attachments?.length ?? 0) }),
      ...(mentions !== undefined && { mentions: readMentions(mentions) }),
      ...(needsTime && { sendAt: readSendAt(sendAt ?? before.sendAt, this.#clock.now()) }),
    };
    const revised = await this.#scheduled.revise(by.workspaceId, id, change);
    if (!revised) throw beingSent();
    // If we die before this, the alarm that is set rings, early and sets itself right, or late.
    await this.#timers.set({ kind: SEND_TIMER, key: id, at: revised.sendAt });
    this.#tell(by);
    return revised;
  }

  /** When it resolves it is never sent. @throws Refusal `not_found` | `invalid_transition` */
  async cancel(by: ChatUser, id: string): Promise<void> {
    await this.find(by, id);
    if (!(await this.#scheduled.remove(by.workspaceId, id))) throw beingSent();
    await this.#timers.cancel(SEND_TIMER, id);
    this.#tell(by);
  }

  /** The sender's own devices: nobody else is to know what they are going to say. */
  #tell({ workspaceId, userId }: ChatUser): void {
    this.#realtime.tell(workspaceId, { kind: 'own', userId, what: 'scheduled_messages' });
  }

  async #read(by: ChatUser, id: ScheduledMessageId, asked: MessageToSchedule): Promise<ScheduledMessage> {
    const { workspaceId, userId: senderId } = by;
    const { conversation } = await this.#enter.run(by, asked.conversationId);
    // Whoever takes them has a day to put them into something that holds them: this is one.
    const held = await this.#attachments.run(by, readAttachments(asked.attachments ?? []));
    const createdAt = this.#clock.now();
    return {
      id,
      workspaceId,
      conversationId: conversation.id,
      senderId,
      text: readText(asked.text, held.length),
      mentions: readMentions(asked.mentions ?? []),
      ...(asked.replyTo !== undefined && { replyTo: asked.replyTo }),
      ...(held.length > 0 && { attachments: held.map(({ id: file }) => file) }),
      sendAt: readSendAt(asked.sendAt, createdAt),
      createdAt,
      state: 'waiting',
    };
  }
}

function beingSent(): Refusal {
  return new Refusal('invalid_transition', 'The message is being sent.');
}
