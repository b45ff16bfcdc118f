import { Inject, Injectable } from '@nestjs/common';
import type { ChatUser, NewMessage } from '#domain/chat/chat.facade.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { Draft, MessageId } from '#domain/chat/model/message.js';
import {
  readAttachments,
  readClientMessageId,
  readMentions,
  readText,
} from '#domain/chat/model/what-is-said.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';

/** Makes of what somebody says a message that a log can take. */
@Injectable()
export class ReadDraft {
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(@Inject(Clock) clock: Clock, @Inject(Ids) ids: Ids) {
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Without its attachments, which have to be looked for. @throws Refusal `validation_failed` | `message_too_large` */
  run({ userId }: ChatUser, asked: NewMessage): Draft {
    const attachments = readAttachments(asked.attachments ?? []);
    return {
      id: this.#ids.next('msg') as string as MessageId,
      conversationId: asked.conversationId as ConversationId,
      senderId: userId,
      clientMessageId: readClientMessageId(asked.clientMessageId),
      text: readText(asked.text, attachments.length),
      mentions: readMentions(asked.mentions ?? []),
      attachments: [],
      sentAt: this.#clock.now(),
      ...(asked.replyTo !== undefined && { replyTo: asked.replyTo as MessageId }),
    };
  }
}
