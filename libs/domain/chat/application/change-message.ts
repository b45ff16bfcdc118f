import { Inject, Injectable } from '@nestjs/common';
import type { ChatUser, MessageNamed } from '#domain/chat/chat.facade.js';
import { type Change, changed, changedOnce, type Message } from '#domain/chat/model/message.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { readText } from '#domain/chat/model/what-is-said.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { Realtime } from '#ports/chat/realtime.js';
import { Clock } from '#ports/system/clock.js';
import { floodRefusal, LimitFlood } from './limit-flood.js';
import { type MessageEvent, PublishMessages } from './publish-messages.js';
import { ReadChange } from './read-change.js';

/** What other applications are told of, too. */
const PUBLISHED: Partial<Record<Change['kind'], MessageEvent>> = {
  edit: 'chat.message.updated',
  delete: 'chat.message.deleted',
};

/** Edits, deletes, pins and reacts to what was said. Doing it again changes nothing. */
@Injectable()
export class ChangeMessage {
  readonly #read: ReadChange;
  readonly #log: MessageLog;
  readonly #flood: LimitFlood;
  readonly #realtime: Realtime;
  readonly #publish: PublishMessages;
  readonly #clock: Clock;

  constructor(
    read: ReadChange,
    @Inject(MessageLog) log: MessageLog,
    flood: LimitFlood,
    @Inject(Realtime) realtime: Realtime,
    publish: PublishMessages,
    @Inject(Clock) clock: Clock,
  ) {
    this.#read = read;
    this.#log = log;
    this.#flood = flood;
    this.#realtime = realtime;
    this.#publish = publish;
    this.#clock = clock;
  }

  /**
   * @throws Refusal `forbidden` | `invalid_transition` | `validation_failed` | `message_too_large` | `rate_limited` |
   *   `message_refused` | `moderation_unavailable`
   */
  async run(
    by: ChatUser,
    conversationId: string,
    of: MessageNamed,
    asked: Change,
    clientChangeId?: string,
  ): Promise<Message> {
    const verdict = await this.#flood.bustle(by);
    if (!verdict.allowed) throw floodRefusal(verdict);
    const read = await this.#read.run(by, conversationId, of, asked, clientChangeId);
    const { conversation, member, messageId, change, name } = read;
    const now = this.#clock.now();
    const make = (message: Message): Message => {
      const after = changed(message, change, member, conversation, now);
      if (change.kind === 'edit') readText(change.text, message.attachments.length);
      return after;
    };
    const decide = name === undefined ? make : (message: Message) => changedOnce(message, name, make);
    // Whoever is taken out while we ask says nothing more.
    const event = PUBLISHED[change.kind];
    const announced = event !== undefined && (await this.#publish.isWanted(by.workspaceId, event));
    const done = await this.#log.change(conversation.id, messageId, decide, by.userId, announced);
    if (!done) throw new NoWayIn();
    const { kind, message } = done;
    if (kind === 'changed') this.#realtime.tell(by.workspaceId, { kind: 'change', message });
    return message;
  }
}
