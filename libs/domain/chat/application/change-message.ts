import { Inject, Injectable } from '@nestjs/common';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import { blockedRefusal } from '#domain/chat/model/direct.js';
import { type Change, changed, type Message, type MessageId } from '#domain/chat/model/message.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { readChange, readText } from '#domain/chat/model/what-is-said.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { Realtime } from '#ports/chat/realtime.js';
import { Clock } from '#ports/system/clock.js';
import { BlockUsers } from './block-users.js';
import { EnterConversation } from './enter-conversation.js';
import { floodRefusal, LimitFlood } from './limit-flood.js';

/** Edits, deletes, pins and reacts to what was said. Doing it again changes nothing. */
@Injectable()
export class ChangeMessage {
  readonly #enter: EnterConversation;
  readonly #log: MessageLog;
  readonly #blocks: BlockUsers;
  readonly #flood: LimitFlood;
  readonly #realtime: Realtime;
  readonly #clock: Clock;

  constructor(
    enter: EnterConversation,
    @Inject(MessageLog) log: MessageLog,
    blocks: BlockUsers,
    flood: LimitFlood,
    @Inject(Realtime) realtime: Realtime,
    @Inject(Clock) clock: Clock,
  ) {
    this.#enter = enter;
    this.#log = log;
    this.#blocks = blocks;
    this.#flood = flood;
    this.#realtime = realtime;
    this.#clock = clock;
  }

  /** @throws Refusal `forbidden` | `invalid_transition` | `validation_failed` | `message_too_large` | `rate_limited` */
  async run(by: ChatUser, conversationId: string, messageId: string, asked: Change): Promise<Message> {
    const verdict = await this.#flood.bustle(by);
    if (!verdict.allowed) throw floodRefusal(verdict);
    const { conversation, member } = await this.#enter.run(by, conversationId);
    // An old message, edited, would say something new to somebody who wants to hear nothing. Taking it back says nothing.
    if (asked.kind !== 'delete' && (await this.#blocks.cuts(conversation, by.userId))) throw blockedRefusal();
    const change = await this.#read(conversation.id, asked);
    const now = this.#clock.now();
    const decide = (message: Message): Message => {
      const after = changed(message, change, member, conversation, now);
      if (change.kind === 'edit') readText(change.text, message.attachments.length);
      return after;
    };
    // Whoever is taken out while we ask says nothing more.
    const done = await this.#log.change(conversation.id, messageId as MessageId, decide, by.userId);
    if (!done) throw new NoWayIn();
    const { kind, message } = done;
    if (kind === 'changed') this.#realtime.tell(by.workspaceId, { kind: 'change', message });
    return message;
  }

  async #read(id: ConversationId, asked: Change): Promise<Change> {
    const change = readChange(asked);
    if (change.kind !== 'edit' || change.mentions.length === 0) return change;
    return { ...change, mentions: await this.#enter.membersAmong(id, change.mentions) };
  }
}
