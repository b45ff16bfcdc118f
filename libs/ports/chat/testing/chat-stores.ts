import type { WorkspaceId } from '#domain/kernel/brand.js';
import {
  type Conversation,
  type ConversationId,
  type ConversationKind,
  type Member,
  pairOf,
} from '#domain/chat/model/conversation.js';
import type { Draft, Message, MessageId } from '#domain/chat/model/message.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import type { Blocks } from '../blocks.js';
import type { Conversations } from '../conversations.js';
import type { Appended, MessageLog } from '../message-log.js';

/** One empty set of the stores of this context. They share their rows, so they are put to the test together. */
export interface ChatStores {
  readonly conversations: Conversations;
  readonly log: MessageLog;
  readonly blocks: Blocks;
  close(): Promise<void>;
}
export type OpenChatStores = () => Promise<ChatStores>;

let last = 0;

/** Ids and times rise as they are made. */
function nextId<T extends string>(prefix: string): T {
  last += 1;
  return `${prefix}_${String(last).padStart(26, '0')}` as T;
}

/** A group to build on: of workspace `acme`, owned by anna, with ben and cleo. */
export function aConversation(): ConversationBuilder {
  const id = nextId<ConversationId>('cnv');
  return new ConversationBuilder(
    {
      id,
      workspaceId: acme,
      kind: 'group',
      createdBy: 'anna',
      createdAt: START + last,
      seq: 0,
      rev: 0,
      cutSeq: 0,
    },
    ['anna', 'ben', 'cleo'],
  );
}

export class ConversationBuilder {
  readonly #conversation: Conversation;
  readonly #users: readonly string[];

  constructor(conversation: Conversation, users: readonly string[]) {
    this.#conversation = conversation;
    this.#users = users;
  }

  inWorkspace(workspaceId: WorkspaceId): ConversationBuilder {
    return new ConversationBuilder({ ...this.#conversation, workspaceId }, this.#users);
  }

  ofKind(kind: ConversationKind): ConversationBuilder {
    return new ConversationBuilder({ ...this.#conversation, kind }, this.#users);
  }

  titled(title: string): ConversationBuilder {
    return new ConversationBuilder({ ...this.#conversation, title }, this.#users);
  }

  between(one: string, other: string): ConversationBuilder {
    const direct = {
      ...this.#conversation,
      kind: 'direct' as const,
      pair: pairOf(one, other),
      createdBy: one,
    };
    return new ConversationBuilder(direct, [one, other]);
  }

  /** The first of them owns it. */
  with(...users: readonly string[]): ConversationBuilder {
    return new ConversationBuilder(this.#conversation, users);
  }

  build(): Conversation {
    return this.#conversation;
  }

  members(): Member[] {
    return this.#users.map((user, at) =>
      aMember(this.#conversation, user, at === 0 ? { role: 'owner' } : {}),
    );
  }

  async openedIn({ conversations }: ChatStores): Promise<Conversation> {
    return (await conversations.open(this.#conversation, this.members())).conversation;
  }
}

export function aMember(of: Conversation, userId: string, change: Partial<Member> = {}): Member {
  const { id: conversationId, createdAt: joinedAt } = of;
  return { conversationId, userId, role: 'member', joinedAt, deliveredSeq: 0, readSeq: 0, ...change };
}

/** What anna says, under a name of its own. */
export function aDraft(of: Conversation, change: Partial<Draft> = {}): Draft {
  const id = nextId<MessageId>('msg');
  return {
    id,
    conversationId: of.id,
    senderId: 'anna',
    clientMessageId: `client of ${id}`,
    text: `This is ${id}.`,
    mentions: [],
    attachments: [],
    sentAt: START + last,
    ...change,
  };
}

/** The message that was made of it. */
export async function append(
  { log }: ChatStores,
  of: Conversation,
  change: Partial<Draft> = {},
): Promise<Message> {
  return messageIn(await log.append(of.workspaceId, aDraft(of, change)));
}

export async function appendMany(stores: ChatStores, of: Conversation, count: number): Promise<Message[]> {
  const made: Message[] = [];
  for (let i = 0; i < count; i++) made.push(await append(stores, of));
  return made;
}

export function messageIn(appended: Appended | undefined): Message {
  if (appended?.kind !== 'appended') throw new Error(`No message: ${appended?.kind}`);
  return appended.message;
}

export function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

export const seqsOf = (messages: readonly Message[]): number[] => messages.map(({ seq }) => seq);

/** The whole log as it stands. */
export async function wholeLog({ log }: ChatStores, of: Conversation): Promise<readonly Message[]> {
  return log.page(of.id, { after: 0, limit: 10_000 });
}

export const edit =
  (text: string, mentions: readonly string[] = []) =>
  (message: Message): Message => ({ ...message, text, mentions, editedAt: START });
