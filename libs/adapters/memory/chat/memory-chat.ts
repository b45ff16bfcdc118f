import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import {
  advancedMarks,
  type Conversation,
  type ConversationId,
  fullRefusal,
  type Member,
  MOST_MEMBERS,
  MOST_UNREAD_MENTIONS,
  type Role,
  unreadOf,
} from '#domain/chat/model/conversation.js';
import type { Draft, Message, MessageId } from '#domain/chat/model/message.js';
import type { ScheduledMessage } from '#domain/chat/model/scheduled-message.js';
import type { Blocks } from '#ports/chat/blocks.js';
import type { Chat, Conversations, Entered } from '#ports/chat/conversations.js';
import type { Advanced, Appended, CaughtUp, Changed, MessageLog, Position } from '#ports/chat/message-log.js';
import { loggedEvent } from '#domain/chat/model/logged.js';
import { pageOf } from '../delivery/paging.js';
import { MemoryOutbox } from '../events/memory-outbox.js';

interface Kept {
  conversation: Conversation;
  readonly members: Map<string, Member>;
  /** From `cutSeq` + 1 on. */
  log: Message[];
  /** When it last got a message, as a number that rises. */
  moved: number;
}

/** What the memory adapters of the chat have in common: one table for all three ports. */
export class ChatTables {
  readonly conversations = new Map<string, Kept>();
  readonly blocks = new Set<string>();
  readonly scheduled = new Map<string, ScheduledMessage>();
  clock = 0;

  of(id: string): Kept | undefined {
    return this.conversations.get(id);
  }

  isBlocked(workspaceId: string, one: string, other: string): boolean {
    return (
      this.blocks.has(blockOf(workspaceId, one, other)) || this.blocks.has(blockOf(workspaceId, other, one))
    );
  }
}

const blockOf = (...names: readonly string[]): string => JSON.stringify(names);

export class MemoryConversations implements Conversations {
  readonly #tables: ChatTables;

  constructor(tables: ChatTables) {
    this.#tables = tables;
  }

  async open(
    conversation: Conversation,
    members: readonly Member[],
  ): Promise<{ conversation: Conversation; created: boolean }> {
    const { id, workspaceId, pair } = conversation;
    const isPair = ({ conversation: one }: Kept): boolean =>
      pair !== undefined && one.workspaceId === workspaceId && one.pair === pair;
    const known = this.#tables.of(id) ?? [...this.#tables.conversations.values()].find(isPair);
    if (known && known.conversation.workspaceId !== workspaceId)
      throw new Refusal('already_exists', 'This id is taken.');
    if (known) return { conversation: known.conversation, created: false };
    this.#tables.conversations.set(id, {
      conversation,
      members: new Map(members.map((member) => [member.userId, member])),
      log: [],
      moved: ++this.#tables.clock,
    });
    return { conversation, created: true };
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<Conversation | undefined> {
    const found = this.#tables.of(id)?.conversation;
    return found?.workspaceId === workspaceId ? found : undefined;
  }

  async entered(workspaceId: WorkspaceId, id: string, userId: string): Promise<Entered | undefined> {
    const { conversation, members } = this.#tables.of(id) ?? {};
    const member = members?.get(userId);
    return conversation?.workspaceId === workspaceId && member ? { conversation, member } : undefined;
  }

  async ofUser(workspaceId: WorkspaceId, userId: string, page: PageRequest): Promise<Page<Chat>> {
    const mine = [...this.#tables.conversations.values()].filter(
      ({ conversation, members }) => conversation.workspaceId === workspaceId && members.has(userId),
    );
    const key = ({ moved }: Kept): string => String(Number.MAX_SAFE_INTEGER - moved).padStart(16, '0');
    const { data, next } = pageOf(mine, key, page);
    return { data: data.flatMap((kept) => chatOf(kept, userId) ?? []), next };
  }

  async rename(workspaceId: WorkspaceId, id: ConversationId, title: string): Promise<void> {
    const kept = this.#tables.of(id);
    if (kept?.conversation.workspaceId === workspaceId) kept.conversation = { ...kept.conversation, title };
  }

  async memberOf(conversationId: ConversationId, userId: string): Promise<Member | undefined> {
    return this.#tables.of(conversationId)?.members.get(userId);
  }

  async members(conversationId: ConversationId, page: PageRequest): Promise<Page<Member>> {
    return pageOf(
      [...(this.#tables.of(conversationId)?.members.values() ?? [])],
      ({ userId }) => userId,
      page,
    );
  }

  async userIds(conversationId: ConversationId): Promise<readonly string[]> {
    return [...(this.#tables.of(conversationId)?.members.keys() ?? [])];
  }

  async putMember(member: Member): Promise<void> {
    const kept = this.#tables.of(member.conversationId);
    if (!kept) return;
    const before = kept.members.get(member.userId);
    const { kind, seq } = kept.conversation;
    if (!before && kept.members.size >= MOST_MEMBERS[kind]) throw fullRefusal(kind);
    const { deliveredSeq, readSeq, joinedAt } = before ?? { ...member, deliveredSeq: seq, readSeq: seq };
    kept.members.set(member.userId, { ...member, deliveredSeq, readSeq, joinedAt });
  }

  async changeMember(
    conversationId: ConversationId,
    userId: string,
    { role, mutedUntil }: { role?: Role; mutedUntil?: Instant | null },
  ): Promise<Member | undefined> {
    const kept = this.#tables.of(conversationId);
    const before = kept?.members.get(userId);
    if (!kept || !before) return undefined;
    const { mutedUntil: was, ...rest } = before;
    const muted = mutedUntil === undefined ? was : (mutedUntil ?? undefined);
    const after = { ...rest, ...(role && { role }), ...(muted !== undefined && { mutedUntil: muted }) };
    kept.members.set(userId, after);
    return after;
  }

  async removeMember(conversationId: ConversationId, userId: string): Promise<void> {
    this.#tables.of(conversationId)?.members.delete(userId);
  }
}

function chatOf(kept: Kept, userId: string): Chat | undefined {
  const member = kept.members.get(userId);
  if (!member) return undefined;
  const last = kept.log.at(-1);
  const { conversation } = kept;
  return { conversation, member, ...(last && { last }), unreadMentions: unreadMentionsOf(kept, member) };
}

function unreadMentionsOf({ log }: Kept, { userId, readSeq }: Member): number {
  const unread = log.filter(({ seq, mentions }) => seq > readSeq && mentions.includes(userId));
  return Math.min(unread.length, MOST_UNREAD_MENTIONS);
}

export class MemoryMessageLog implements MessageLog {
  readonly #tables: ChatTables;
  readonly #outbox: MemoryOutbox;

  constructor(tables: ChatTables, outbox = new MemoryOutbox()) {
    this.#tables = tables;
    this.#outbox = outbox;
  }

  async append(workspaceId: WorkspaceId, draft: Draft, announced = false): Promise<Appended> {
    const kept = this.#tables.of(draft.conversationId);
    const { senderId, clientMessageId } = draft;
    if (kept?.conversation.workspaceId !== workspaceId || !kept.members.has(senderId))
      return { kind: 'no_member' };
    const sent = kept.log.find((one) => one.senderId === senderId && one.clientMessageId === clientMessageId);
    if (sent) return { kind: 'appended', message: sent, isNew: false };
    const others = [...kept.members.keys()].filter((one) => one !== senderId);
    const isBarred = (other: string): boolean => this.#tables.isBlocked(workspaceId, senderId, other);
    if (kept.conversation.kind === 'direct' && others.some(isBarred)) return { kind: 'blocked' };
    const seq = kept.conversation.seq + 1;
    const message: Message = structuredClone({ ...draft, seq, rev: 0, reactions: {} });
    kept.log.push(message);
    kept.conversation = { ...kept.conversation, seq };
    kept.moved = ++this.#tables.clock;
    const sender = kept.members.get(senderId);
    if (sender) kept.members.set(senderId, { ...sender, ...advancedMarks(sender, { readSeq: seq }, seq) });
    if (announced) this.#outbox.append(loggedEvent(workspaceId, message), message.sentAt);
    return { kind: 'appended', message, isNew: true };
  }

  async change(
    conversationId: ConversationId,
    messageId: MessageId,
    decide: (message: Message) => Message,
    by?: string,
    announced = false,
  ): Promise<Changed | undefined> {
    const kept = this.#tables.of(conversationId);
    if (by !== undefined && !kept?.members.has(by)) return undefined;
    const at = kept?.log.findIndex(({ id }) => id === messageId) ?? -1;
    const before = kept?.log[at];
    if (!kept || !before) return undefined;
    const after = decide(before);
    if (after === before) return { kind: 'unchanged', message: before };
    const rev = kept.conversation.rev + 1;
    const message = { ...structuredClone(after), rev };
    kept.log[at] = message;
    kept.conversation = { ...kept.conversation, rev };
    if (announced) this.#outbox.append(loggedEvent(kept.conversation.workspaceId, message), message.sentAt);
    return { kind: 'changed', message };
  }

  async since(conversationId: ConversationId, from: Position, limit: number): Promise<CaughtUp> {
    const kept = this.#tables.of(conversationId);
    if (!kept) return { messages: [], changes: [], position: from, more: false };
    const { seq, rev, cutSeq } = kept.conversation;
    const messages = kept.log.filter((one) => one.seq > from.seq).slice(0, limit);
    const last = messages.at(-1)?.seq ?? Math.min(Math.max(from.seq, cutSeq), seq);
    const cut = from.seq < cutSeq ? { cutSeq } : {};
    // Changes of what is still to come arrive with it: they are shown when all messages are there.
    if (last < seq)
      return { messages, changes: [], position: { seq: last, rev: from.rev }, more: true, ...cut };
    const missed = kept.log
      .filter((one) => one.seq <= from.seq && one.rev > from.rev)
      .sort((a, b) => a.rev - b.rev);
    const changes = missed.slice(0, Math.max(0, limit - messages.length));
    const more = changes.length < missed.length;
    const position = { seq: last, rev: more ? (changes.at(-1)?.rev ?? from.rev) : rev };
    return { messages, changes, position, more, ...cut };
  }

  async page(
    conversationId: ConversationId,
    { before = Infinity, after, limit }: { before?: number; after?: number; limit: number },
  ): Promise<readonly Message[]> {
    const log = this.#tables.of(conversationId)?.log ?? [];
    const between = log.filter(({ seq }) => seq < before && seq > (after ?? 0));
    return after === undefined ? between.slice(-limit) : between.slice(0, limit);
  }

  async find(conversationId: ConversationId, messageId: MessageId): Promise<Message | undefined> {
    return this.#tables.of(conversationId)?.log.find(({ id }) => id === messageId);
  }

  async sent(
    conversationId: ConversationId,
    senderId: string,
    clientMessageId: string,
  ): Promise<Message | undefined> {
    const log = this.#tables.of(conversationId)?.log ?? [];
    return log.find((one) => one.senderId === senderId && one.clientMessageId === clientMessageId);
  }

  async pinned(conversationId: ConversationId, limit: number): Promise<readonly Message[]> {
    const log = this.#tables.of(conversationId)?.log ?? [];
    return log.filter(({ pinnedAt }) => pinnedAt !== undefined).slice(-limit);
  }

  async advance(
    conversationId: ConversationId,
    userId: string,
    asked: { deliveredSeq?: number; readSeq?: number },
  ): Promise<Advanced | undefined> {
    const kept = this.#tables.of(conversationId);
    const before = kept?.members.get(userId);
    if (!kept || !before) return undefined;
    const marks = advancedMarks(before, asked, kept.conversation.seq);
    const member = { ...before, ...marks };
    kept.members.set(userId, member);
    return {
      member,
      moved: marks.readSeq > before.readSeq || marks.deliveredSeq > before.deliveredSeq,
      unread: unreadOf(kept.conversation, member),
      unreadMentions: unreadMentionsOf(kept, member),
    };
  }

  async cut(sentBefore: Instant, limit: number): Promise<number> {
    let left = limit;
    for (const kept of this.#tables.conversations.values()) {
      while (left > 0 && kept.log[0] && kept.log[0].sentAt < sentBefore) {
        const { seq } = kept.log[0];
        kept.log.shift();
        kept.conversation = { ...kept.conversation, cutSeq: seq };
        left -= 1;
      }
    }
    return limit - left;
  }
}

export class MemoryBlocks implements Blocks {
  readonly #tables: ChatTables;

  constructor(tables: ChatTables) {
    this.#tables = tables;
  }

  async put(workspaceId: WorkspaceId, userId: string, blocked: string): Promise<void> {
    this.#tables.blocks.add(blockOf(workspaceId, userId, blocked));
  }

  async remove(workspaceId: WorkspaceId, userId: string, blocked: string): Promise<void> {
    this.#tables.blocks.delete(blockOf(workspaceId, userId, blocked));
  }

  async of(workspaceId: WorkspaceId, userId: string): Promise<readonly string[]> {
    return [...this.#tables.blocks].flatMap((one) => {
      const [workspace, by, whom] = JSON.parse(one) as [string, string, string];
      return workspace === workspaceId && by === userId ? [whom] : [];
    });
  }

  async between(workspaceId: WorkspaceId, one: string, other: string): Promise<boolean> {
    return this.#tables.isBlocked(workspaceId, one, other);
  }

  async among(
    workspaceId: WorkspaceId,
    userId: string,
    others: readonly string[],
  ): Promise<ReadonlySet<string>> {
    return new Set(others.filter((other) => this.#tables.isBlocked(workspaceId, userId, other)));
  }
}
