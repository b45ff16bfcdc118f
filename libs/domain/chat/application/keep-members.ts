import { Inject, Injectable } from '@nestjs/common';
import type { Instant } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import {
  type Conversation,
  fullRefusal,
  heirOf,
  mayRemove,
  type Member,
  MOST_MEMBERS,
  mustBeAllowed,
  type Role,
} from '#domain/chat/model/conversation.js';
import { readTitle, readUsers } from '#domain/chat/model/what-is-said.js';
import { Conversations } from '#ports/chat/conversations.js';
import { Realtime } from '#ports/chat/realtime.js';
import { Clock } from '#ports/system/clock.js';
import { BlockUsers } from './block-users.js';
import { EnterConversation } from './enter-conversation.js';

const AT_ONCE = 200;

/** Who is in a conversation, as what, and what it is called. */
@Injectable()
export class KeepMembers {
  readonly #enter: EnterConversation;
  readonly #conversations: Conversations;
  readonly #blocks: BlockUsers;
  readonly #realtime: Realtime;
  readonly #clock: Clock;

  constructor(
    enter: EnterConversation,
    @Inject(Conversations) conversations: Conversations,
    blocks: BlockUsers,
    @Inject(Realtime) realtime: Realtime,
    @Inject(Clock) clock: Clock,
  ) {
    this.#enter = enter;
    this.#conversations = conversations;
    this.#blocks = blocks;
    this.#realtime = realtime;
    this.#clock = clock;
  }

  /**
   * Who is there already stays as they are. If the process dies midway some are in: asking again brings in the others.
   * @throws Refusal `forbidden` | `validation_failed`
   */
  async add(by: ChatUser, id: string, userIds: readonly string[]): Promise<void> {
    const { conversation, member } = await this.#enter.run(by, id);
    mustBeAllowed(conversation, member, 'add');
    const wanted = readUsers(userIds, '/userIds');
    const present = new Set(await this.#conversations.userIds(conversation.id));
    const added = wanted.filter((userId) => !present.has(userId));
    if (added.length === 0) return;
    if (present.size + added.length > MOST_MEMBERS[conversation.kind]) throw fullRefusal(conversation.kind);
    await this.#blocks.mustReach(by, added);
    const joinedAt = this.#clock.now();
    const { id: conversationId, seq } = conversation;
    const marks = { deliveredSeq: seq, readSeq: seq };
    for (const userId of added)
      await this.#conversations.putMember({ conversationId, userId, role: 'member', joinedAt, ...marks });
    this.#tell(conversation);
  }

  /** Takes somebody out, or leaves. Nobody who is there no more is found missing. @throws Refusal `forbidden` */
  async remove(by: ChatUser, id: string, userId: string): Promise<void> {
    const { conversation, member } = await this.#enter.run(by, id);
    const whom = await this.#conversations.memberOf(conversation.id, userId);
    if (!whom) return mustBeAllowed(conversation, member, 'remove');
    if (!mayRemove(conversation, member, whom))
      throw new Refusal(
        'forbidden',
        `A ${member.role} may not take a ${whom.role} out of this conversation.`,
      );
    // In this order: dying in between leaves two owners, and not none.
    if (whom.role === 'owner') await this.#seeToAnOwner(conversation, userId);
    await this.#conversations.removeMember(conversation.id, userId, this.#clock.now());
    // At once: until whoever holds connections hears of it, what is said next would still be shown to the one who is gone.
    this.#tell(conversation, [userId]);
    // Two owners who leave at once each took the other for the one who stays.
    if (whom.role === 'owner') await this.#seeToAnOwner(conversation, userId);
  }

  /** @throws Refusal `forbidden` | `not_found` (no such member) | `invalid_transition` (the last owner) */
  async setRole(by: ChatUser, id: string, userId: string, role: Role): Promise<Member> {
    const { conversation, member } = await this.#enter.run(by, id);
    mustBeAllowed(conversation, member, 'set_role');
    const whom = await this.#conversations.memberOf(conversation.id, userId);
    if (!whom) throw notFound('member');
    const steppingDown = whom.role === 'owner' && role !== 'owner';
    if (steppingDown && !(await this.#others(conversation, userId)).some((one) => one.role === 'owner'))
      throw new Refusal('invalid_transition', 'A conversation has an owner: make somebody else one first.');
    const changed = await this.#conversations.changeMember(conversation.id, userId, { role });
    if (!changed) throw notFound('member');
    this.#tellStanding(conversation, userId);
    if (steppingDown) await this.#seeToAnOwner(conversation);
    this.#tell(conversation);
    return changed;
  }

  /** @throws Refusal `forbidden` | `validation_failed` */
  async rename(by: ChatUser, id: string, asked: string): Promise<Conversation> {
    const { conversation, member } = await this.#enter.run(by, id);
    mustBeAllowed(conversation, member, 'rename');
    const title = readTitle(asked);
    await this.#conversations.rename(by.workspaceId, conversation.id, title);
    this.#tell(conversation);
    return { ...conversation, title };
  }

  /** No calls for attention until then; undefined: from now on again. @throws Refusal `forbidden` */
  async mute(by: ChatUser, id: string, until: Instant | undefined): Promise<Member> {
    const { conversation } = await this.#enter.run(by, id);
    const mutedUntil = until ?? null;
    const changed = await this.#conversations.changeMember(conversation.id, by.userId, { mutedUntil });
    if (!changed) throw notFound('member');
    this.#tellStanding(conversation, by.userId);
    return changed;
  }

  async #seeToAnOwner(conversation: Conversation, except?: string): Promise<void> {
    const left = await this.#others(conversation, except);
    const heir = heirOf(left);
    if (!heir || heir.role === 'owner') return;
    await this.#conversations.changeMember(conversation.id, heir.userId, { role: 'owner' });
    this.#tellStanding(conversation, heir.userId);
  }

  async #others({ id }: Conversation, except?: string): Promise<readonly Member[]> {
    const found: Member[] = [];
    let after: string | undefined;
    do {
      const page = await this.#conversations.members(id, { limit: AT_ONCE, after });
      found.push(...page.data.filter(({ userId }) => userId !== except));
      after = page.next ?? undefined;
    } while (after !== undefined);
    return found;
  }

  /** To the member's own devices: what they offer follows from the role, and what they call for from the mute. */
  #tellStanding({ id: conversationId, workspaceId }: Conversation, userId: string): void {
    this.#realtime.tell(workspaceId, { kind: 'standing', conversationId, userId });
  }

  #tell({ id: conversationId, workspaceId }: Conversation, gone: readonly string[] = []): void {
    this.#realtime.tell(workspaceId, { kind: 'conversation', conversationId, gone });
  }
}
