import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { mustBeAllowed } from '#domain/chat/model/conversation.js';
import { readBroadcast } from '#domain/chat/model/what-is-said.js';
import { Realtime } from '#ports/chat/realtime.js';
import { BlockUsers } from './block-users.js';
import { EnterConversation } from './enter-conversation.js';
import { floodRefusal, LimitFlood } from './limit-flood.js';

/** What is told to whoever is connected, and kept nowhere. */
@Injectable()
export class PassOn {
  readonly #enter: EnterConversation;
  readonly #blocks: BlockUsers;
  readonly #flood: LimitFlood;
  readonly #realtime: Realtime;

  constructor(
    enter: EnterConversation,
    blocks: BlockUsers,
    flood: LimitFlood,
    @Inject(Realtime) realtime: Realtime,
  ) {
    this.#enter = enter;
    this.#blocks = blocks;
    this.#flood = flood;
    this.#realtime = realtime;
  }

  /** Of too many some are dropped: nobody waits for them. @throws NoWayIn */
  async typing(by: ChatUser, id: string, on: boolean): Promise<void> {
    const { conversation } = await this.#enter.run(by, id);
    if (!(await this.#flood.bustle(by)).allowed) return;
    if (await this.#blocks.cuts(conversation, by.userId)) return;
    const { userId, workspaceId } = by;
    this.#realtime.tell(workspaceId, { kind: 'typing', conversationId: conversation.id, userId, on });
  }

  /**
   * An event of the application's own, in a group or room.
   * @throws Refusal `forbidden` | `validation_failed` | `message_too_large` | `rate_limited`
   */
  async broadcast(by: ChatUser, id: string, event: string, data: unknown): Promise<void> {
    const { conversation, member } = await this.#enter.run(by, id);
    mustBeAllowed(conversation, member, 'broadcast');
    if (conversation.kind === 'direct')
      throw new Refusal('forbidden', 'Events are broadcast in groups and rooms.');
    readBroadcast(event, data);
    const verdict = await this.#flood.bustle(by);
    if (!verdict.allowed) throw floodRefusal(verdict);
    const conversationId = conversation.id;
    this.#realtime.tell(by.workspaceId, { kind: 'broadcast', conversationId, from: by.userId, event, data });
  }
}
