import { Inject, Injectable } from '@nestjs/common';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import type { Conversation, ConversationId, Member } from '#domain/chat/model/conversation.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { Conversations, type Entered } from '#ports/chat/conversations.js';

/** What every path asks first. */
@Injectable()
export class EnterConversation {
  readonly #conversations: Conversations;

  constructor(@Inject(Conversations) conversations: Conversations) {
    this.#conversations = conversations;
  }

  /** @throws NoWayIn */
  async run(by: ChatUser, id: string): Promise<Entered> {
    const entered = await this.#conversations.entered(by.workspaceId, id, by.userId);
    if (!entered) throw new NoWayIn();
    return entered;
  }

  /**
   * Reads something that only members may see. Membership is asked for once more when it has been read: one who was removed
   * in between, and a message sent after that, would otherwise meet.
   * @throws NoWayIn
   */
  async reading<T>(
    by: ChatUser,
    id: string,
    read: (conversation: Conversation, member: Member) => Promise<T>,
  ): Promise<T> {
    const { conversation, member } = await this.run(by, id);
    const found = await read(conversation, member);
    if (!(await this.#conversations.memberOf(conversation.id, by.userId))) throw new NoWayIn();
    return found;
  }

  /** Those of them who are members; the others are left out without a word. */
  async membersAmong(id: ConversationId, userIds: readonly string[]): Promise<readonly string[]> {
    const found = await Promise.all(userIds.map((userId) => this.#conversations.memberOf(id, userId)));
    return userIds.filter((_, i) => found[i] !== undefined);
  }
}
