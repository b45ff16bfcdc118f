import { Inject, Injectable } from '@nestjs/common';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { type Advanced, MessageLog } from '#ports/chat/message-log.js';
import { Realtime } from '#ports/chat/realtime.js';
import { BlockUsers } from './block-users.js';
import { EnterConversation } from './enter-conversation.js';

/** How far a member has come: delivered up to, read up to. */
@Injectable()
export class AdvanceMarks {
  readonly #enter: EnterConversation;
  readonly #log: MessageLog;
  readonly #blocks: BlockUsers;
  readonly #realtime: Realtime;

  constructor(
    enter: EnterConversation,
    @Inject(MessageLog) log: MessageLog,
    blocks: BlockUsers,
    @Inject(Realtime) realtime: Realtime,
  ) {
    this.#enter = enter;
    this.#log = log;
    this.#blocks = blocks;
    this.#realtime = realtime;
  }

  /** @throws NoWayIn */
  async run(
    by: ChatUser,
    conversationId: string,
    marks: { readonly deliveredSeq?: number; readonly readSeq?: number },
  ): Promise<Advanced> {
    const { conversation } = await this.#enter.run(by, conversationId);
    const advanced = await this.#log.advance(conversation.id, by.userId, marks);
    if (!advanced) throw new NoWayIn();
    if (advanced.moved) {
      const ownOnly = await this.#blocks.cuts(conversation, by.userId);
      this.#realtime.tell(by.workspaceId, { kind: 'marks', member: advanced.member, ownOnly });
    }
    return advanced;
  }
}
