import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import type { Conversation } from '#domain/chat/model/conversation.js';
import { blockedRefusal, otherOf } from '#domain/chat/model/direct.js';
import { readUser } from '#domain/chat/model/what-is-said.js';
import { Blocks } from '#ports/chat/blocks.js';
import { Realtime } from '#ports/chat/realtime.js';

/** Asked about at once: a room of thousands is not to fill the queue of whoever answers. */
const AT_ONCE = 100;

/**
 * Who wants nothing from whom. A block cuts what two people have between them: messages, changes, typing and marks in their
 * direct conversation, and that one opens a conversation with the other or puts them into one. In a group where both are
 * they hear each other as before.
 */
@Injectable()
export class BlockUsers {
  readonly #blocks: Blocks;
  readonly #realtime: Realtime;

  constructor(@Inject(Blocks) blocks: Blocks, @Inject(Realtime) realtime: Realtime) {
    this.#blocks = blocks;
    this.#realtime = realtime;
  }

  /** Doing it again changes nothing. @throws Refusal `validation_failed` */
  async block({ workspaceId, userId }: ChatUser, whom: string): Promise<void> {
    readUser(whom, '/userId');
    if (whom === userId) throw new Refusal('validation_failed', 'Nobody blocks themselves.');
    await this.#blocks.put(workspaceId, userId, whom);
    this.#tell(workspaceId, userId);
  }

  async unblock({ workspaceId, userId }: ChatUser, whom: string): Promise<void> {
    await this.#blocks.remove(workspaceId, userId, whom);
    this.#tell(workspaceId, userId);
  }

  of({ workspaceId, userId }: ChatUser): Promise<readonly string[]> {
    return this.#blocks.of(workspaceId, userId);
  }

  /** @throws Refusal `forbidden` if one of them has blocked the user, or the user one of them */
  async mustReach({ workspaceId, userId }: ChatUser, others: readonly string[]): Promise<void> {
    for (let from = 0; from < others.length; from += AT_ONCE) {
      const some = others.slice(from, from + AT_ONCE);
      const barred = await Promise.all(some.map((one) => this.#blocks.between(workspaceId, userId, one)));
      if (barred.includes(true)) throw blockedRefusal();
    }
  }

  /** Whether this is a direct conversation in which nothing passes. */
  async cuts(conversation: Conversation, userId: string): Promise<boolean> {
    const other = otherOf(conversation, userId);
    return other !== undefined && this.#blocks.between(conversation.workspaceId, userId, other);
  }

  /** Those devices only on which the user is: whom it is about is to learn of it by nothing that comes. */
  #tell(workspaceId: WorkspaceId, userId: string): void {
    this.#realtime.tell(workspaceId, { kind: 'own', userId, what: 'blocks' });
  }
}
