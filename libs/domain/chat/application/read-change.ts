import { Inject, Injectable } from '@nestjs/common';
import type { ChatUser, MessageNamed } from '#domain/chat/chat.facade.js';
import type { Conversation, Member } from '#domain/chat/model/conversation.js';
import { blockedRefusal } from '#domain/chat/model/direct.js';
import { type Change, changeNameOf, type MessageId } from '#domain/chat/model/message.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { readChange, readClientChangeId } from '#domain/chat/model/what-is-said.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { BlockUsers } from './block-users.js';
import { EnterConversation } from './enter-conversation.js';
import { ModerateMessage } from './moderate-message.js';

export interface ChangeRead {
  readonly conversation: Conversation;
  readonly member: Member;
  readonly messageId: MessageId;
  readonly change: Change;
  /** See `changedOnce`. */
  readonly name?: string;
}

/** Makes of what somebody asks a change that a message can take. */
@Injectable()
export class ReadChange {
  readonly #enter: EnterConversation;
  readonly #blocks: BlockUsers;
  readonly #moderate: ModerateMessage;
  readonly #log: MessageLog;

  constructor(
    enter: EnterConversation,
    blocks: BlockUsers,
    moderate: ModerateMessage,
    @Inject(MessageLog) log: MessageLog,
  ) {
    this.#enter = enter;
    this.#blocks = blocks;
    this.#moderate = moderate;
    this.#log = log;
  }

  /** @throws NoWayIn, Refusal `forbidden` | `validation_failed` | `message_too_large` | `message_refused` | `moderation_unavailable` */
  async run(
    by: ChatUser,
    conversationId: string,
    of: MessageNamed,
    asked: Change,
    clientChangeId?: string,
  ): Promise<ChangeRead> {
    const { conversation, member } = await this.#enter.run(by, conversationId);
    // An old message, edited, would say something new to somebody who wants to hear nothing. Taking it back says nothing.
    if (asked.kind !== 'delete' && (await this.#blocks.cuts(conversation, by.userId))) throw blockedRefusal();
    const change = readChange(asked);
    const messageId = typeof of === 'string' ? of : await this.#sent(by, conversation, of.clientMessageId);
    const name =
      clientChangeId === undefined ? undefined : changeNameOf(by.userId, readClientChangeId(clientChangeId));
    const read = { conversation, member, messageId, ...(name !== undefined && { name }) };
    if (change.kind !== 'edit') return { ...read, change };
    const mentions =
      change.mentions.length === 0
        ? change.mentions
        : await this.#enter.membersAmong(conversation.id, change.mentions);
    const edit = { ...change, mentions };
    return { ...read, change: await this.#moderate.edit(by, conversation, messageId, edit, name) };
  }

  /** Whoever changes what they have said before they had its answer knows no other name of it. */
  async #sent({ userId }: ChatUser, { id }: Conversation, clientMessageId: string): Promise<MessageId> {
    const message = await this.#log.sent(id, userId, clientMessageId);
    if (!message) throw new NoWayIn();
    return message.id;
  }
}
