import { Injectable } from '@nestjs/common';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import type { Conversation, Member } from '#domain/chat/model/conversation.js';
import { blockedRefusal } from '#domain/chat/model/direct.js';
import type { Change, MessageId } from '#domain/chat/model/message.js';
import { readChange } from '#domain/chat/model/what-is-said.js';
import { BlockUsers } from './block-users.js';
import { EnterConversation } from './enter-conversation.js';
import { ModerateMessage } from './moderate-message.js';

export interface ChangeRead {
  readonly conversation: Conversation;
  readonly member: Member;
  readonly change: Change;
}

/** Makes of what somebody asks a change that a message can take. */
@Injectable()
export class ReadChange {
  readonly #enter: EnterConversation;
  readonly #blocks: BlockUsers;
  readonly #moderate: ModerateMessage;

  constructor(enter: EnterConversation, blocks: BlockUsers, moderate: ModerateMessage) {
    this.#enter = enter;
    this.#blocks = blocks;
    this.#moderate = moderate;
  }

  /** @throws NoWayIn, Refusal `forbidden` | `validation_failed` | `message_too_large` | `message_refused` | `moderation_unavailable` */
  async run(by: ChatUser, conversationId: string, messageId: string, asked: Change): Promise<ChangeRead> {
    const { conversation, member } = await this.#enter.run(by, conversationId);
    // An old message, edited, would say something new to somebody who wants to hear nothing. Taking it back says nothing.
    if (asked.kind !== 'delete' && (await this.#blocks.cuts(conversation, by.userId))) throw blockedRefusal();
    const change = readChange(asked);
    if (change.kind !== 'edit') return { conversation, member, change };
    const mentions =
      change.mentions.length === 0
        ? change.mentions
        : await this.#enter.membersAmong(conversation.id, change.mentions);
    const edit = { ...change, mentions };
    const moderated = await this.#moderate.edit(by, conversation, messageId as MessageId, edit);
    return { conversation, member, change: moderated };
  }
}
