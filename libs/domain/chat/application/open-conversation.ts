import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser, NewConversation } from '#domain/chat/chat.facade.js';
import {
  type Conversation,
  type ConversationId,
  fullRefusal,
  type Member,
  MOST_MEMBERS,
  pairOf,
} from '#domain/chat/model/conversation.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { readTitle, readUser, readUsers } from '#domain/chat/model/what-is-said.js';
import { Conversations } from '#ports/chat/conversations.js';
import { Realtime } from '#ports/chat/realtime.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { BlockUsers } from './block-users.js';

export interface Opened {
  readonly conversation: Conversation;
  readonly created: boolean;
}

/** Begins a conversation, or finds the one that two people have. */
@Injectable()
export class OpenConversation {
  readonly #conversations: Conversations;
  readonly #blocks: BlockUsers;
  readonly #realtime: Realtime;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(
    @Inject(Conversations) conversations: Conversations,
    blocks: BlockUsers,
    @Inject(Realtime) realtime: Realtime,
    @Inject(Clock) clock: Clock,
    @Inject(Ids) ids: Ids,
  ) {
    this.#conversations = conversations;
    this.#blocks = blocks;
    this.#realtime = realtime;
    this.#clock = clock;
    this.#ids = ids;
  }

  /**
   * @param id where the caller may have to ask again: once for that id, whatever became of the first answer
   * @throws Refusal `validation_failed` | `forbidden`
   */
  async run(
    by: ChatUser,
    what: NewConversation,
    id: ConversationId = this.#ids.next('cnv') as string as ConversationId,
  ): Promise<Opened> {
    const { others, facts } = what.kind === 'direct' ? direct(by, what.with) : several(by, what);
    await this.#blocks.mustReach(by, others);
    const createdAt = this.#clock.now();
    const conversation: Conversation = {
      id,
      workspaceId: by.workspaceId,
      kind: what.kind,
      ...facts,
      createdBy: by.userId,
      createdAt,
      seq: 0,
      rev: 0,
      cutSeq: 0,
    };
    const aMember = (userId: string): Member => ({
      conversationId: id,
      userId,
      role: userId === by.userId && what.kind !== 'direct' ? 'owner' : 'member',
      joinedAt: createdAt,
      deliveredSeq: 0,
      readSeq: 0,
    });
    const opened = await this.#conversations.open(conversation, [by.userId, ...others].map(aMember));
    if (opened.created) this.#tell(opened.conversation);
    else await this.#mustBeIn(by, opened.conversation);
    return opened;
  }

  /** An id that was used for something else in the workspace leads to no conversation of others. */
  async #mustBeIn(by: ChatUser, { id }: Conversation): Promise<void> {
    if (!(await this.#conversations.memberOf(id, by.userId))) throw new NoWayIn();
  }

  #tell({ id: conversationId, workspaceId }: Conversation): void {
    this.#realtime.tell(workspaceId, { kind: 'conversation', conversationId, gone: [] });
  }
}

interface Read {
  readonly others: readonly string[];
  readonly facts: Pick<Conversation, 'pair' | 'title'>;
}

function direct(by: ChatUser, other: string): Read {
  readUser(other, '/with');
  if (other === by.userId) {
    const detail = 'A direct conversation is with somebody else.';
    const faults = [{ pointer: '/with', code: 'not_allowed', detail }];
    throw new Refusal('validation_failed', detail, { faults });
  }
  return { others: [other], facts: { pair: pairOf(by.userId, other) } };
}

function several(by: ChatUser, what: Exclude<NewConversation, { kind: 'direct' }>): Read {
  const title = readTitle(what.title);
  const others = readUsers(what.members, '/members').filter((one) => one !== by.userId);
  if (others.length + 1 > MOST_MEMBERS[what.kind]) throw fullRefusal(what.kind);
  return { others, facts: { title } };
}
