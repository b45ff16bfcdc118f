import type { ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { Conversations } from '#ports/chat/conversations.js';
import { OneAtATime } from './one-at-a-time.js';

export interface MembersWatch {
  /** They are members no more: nobody had told of it, it was read. */
  gone(userIds: readonly string[]): void;
  /** @param before those who were members until now */
  changed(before: ReadonlySet<string>): void;
}

/** Who is a member of a conversation, as far as one process knows. */
export class LiveMembers {
  readonly #conversationId: ConversationId;
  readonly #conversations: Conversations;
  readonly #watch: MembersWatch;
  readonly #reading = new OneAtATime(() => this.#read());
  #all: ReadonlySet<string> = new Set();
  /** Rises whenever somebody may have gone or come: what was read before says nothing of after. */
  #generation = 0;

  constructor(conversationId: ConversationId, conversations: Conversations, watch: MembersWatch) {
    this.#conversationId = conversationId;
    this.#conversations = conversations;
    this.#watch = watch;
  }

  get all(): ReadonlySet<string> {
    return this.#all;
  }

  /** Somebody may have gone or come. */
  stir(): void {
    this.#generation += 1;
  }

  add(userId: string): void {
    if (!this.#all.has(userId)) this.#set(new Set([...this.#all, userId]));
  }

  remove(userIds: readonly string[]): void {
    const left = new Set(userIds);
    this.#set(new Set([...this.#all].filter((userId) => !left.has(userId))));
  }

  /** As it is stored when this is asked, or later. */
  read(): Promise<void> {
    return this.#reading.ask();
  }

  async now(userId: string): Promise<Member | undefined> {
    for (;;) {
      const asked = this.#generation;
      const member = await this.#conversations.memberOf(this.#conversationId, userId);
      // Somebody may have been removed while we asked: then we do not know.
      if (asked === this.#generation) return member;
    }
  }

  /** Whoever is gone without our having been told is told of, and whoever has come is known. */
  async #read(): Promise<void> {
    for (;;) {
      const asked = this.#generation;
      const members = new Set(await this.#conversations.userIds(this.#conversationId));
      if (asked !== this.#generation) continue;
      this.#watch.gone([...this.#all].filter((userId) => !members.has(userId)));
      this.#set(members);
      return;
    }
  }

  #set(members: ReadonlySet<string>): void {
    const before = this.#all;
    this.#all = members;
    this.#watch.changed(before);
  }
}
