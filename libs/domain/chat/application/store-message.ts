import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser, NewMessage } from '#domain/chat/chat.facade.js';
import type { Draft, MessageId } from '#domain/chat/model/message.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { AppendMessage, type Sent } from './append-message.js';
import { EnterConversation } from './enter-conversation.js';
import { ReadDraft } from './read-draft.js';
import { TakeAttachments } from './take-attachments.js';

/** Puts into the log of its conversation what somebody said, and looks up what it needs for that. */
@Injectable()
export class StoreMessage {
  readonly #enter: EnterConversation;
  readonly #log: MessageLog;
  readonly #drafts: ReadDraft;
  readonly #attachments: TakeAttachments;
  readonly #append: AppendMessage;

  constructor(
    enter: EnterConversation,
    @Inject(MessageLog) log: MessageLog,
    drafts: ReadDraft,
    attachments: TakeAttachments,
    append: AppendMessage,
  ) {
    this.#enter = enter;
    this.#log = log;
    this.#drafts = drafts;
    this.#attachments = attachments;
    this.#append = append;
  }

  /** What a log could take, as far as that is to be seen without looking. @throws Refusal `validation_failed` | `message_too_large` */
  read(by: ChatUser, asked: NewMessage): Draft {
    return this.#drafts.run(by, asked);
  }

  /**
   * Durable when it resolves. Mentions of people who are no members are left out: whoever is mentioned may have left while
   * the message was written, and it is not lost for that.
   * @throws Refusal `forbidden` | `validation_failed`
   */
  async run(by: ChatUser, asked: NewMessage, said: Draft): Promise<Sent> {
    if (said.replyTo !== undefined && !(await this.#isThere(by, said)))
      // Retention may have cut off what it answers since it was sent first.
      return this.sentBefore(by, said, noReply());
    const attachments = await this.#attachments.run(by, asked.attachments ?? []).catch(asRefusal);
    // A day after the message that held them was sent first and deleted, they are gone.
    if (attachments instanceof Refusal) return this.sentBefore(by, said, attachments);
    return this.#append.run(by, { ...said, attachments, mentions: await this.#mentions(said) });
  }

  /** What was taken once is not refused when it is sent again, because its answer was lost. */
  async sentBefore(by: ChatUser, draft: Draft, refusal: Refusal): Promise<Sent> {
    const { conversation } = await this.#enter.run(by, draft.conversationId);
    const message = await this.#log.sent(conversation.id, by.userId, draft.clientMessageId);
    if (!message) throw refusal;
    await this.#enter.run(by, conversation.id);
    return { message, isNew: false };
  }

  async #isThere(by: ChatUser, { conversationId, replyTo }: Draft): Promise<boolean> {
    const { conversation } = await this.#enter.run(by, conversationId);
    return (await this.#log.find(conversation.id, replyTo as MessageId)) !== undefined;
  }

  /** Of a conversation that is not the user's they say nothing to anybody: appending is refused there. */
  async #mentions({ conversationId, mentions }: Draft): Promise<readonly string[]> {
    return mentions.length === 0 ? mentions : this.#enter.membersAmong(conversationId, mentions);
  }
}

function noReply(): Refusal {
  const detail = 'There is no such message in this conversation.';
  return new Refusal('validation_failed', detail, {
    faults: [{ pointer: '/replyTo', code: 'not_found', detail }],
  });
}

/** Anything else is thrown on. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal && error.code === 'validation_failed') return error;
  throw error;
}
