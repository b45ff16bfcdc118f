import type { WorkspaceId } from '#domain/kernel/brand.js';
import { loggedEvent } from '#domain/chat/model/logged.js';
import type { Draft, Message } from '#domain/chat/model/message.js';
import type { Appended } from '#ports/chat/message-log.js';
import { isPassing } from '../engine/retrying.js';
import type { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import { AppendBatch } from './append-batch.js';
import { type MetaItem, type PlaceItem } from './chat-items.js';
import { sentKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';

interface Ask {
  readonly workspaceId: WorkspaceId;
  readonly draft: Draft;
  readonly announced: boolean;
  answer(appended: Appended): void;
  fail(error: unknown): void;
}

/** Logs whose end is remembered, so that it need not be read before each message. What is remembered wrongly is refused. */
const MOST_KNOWN = 1_000;

/** Appends what is asked for at once in one conversation in one transaction: it has a thousand writes a second, and no more. */
export class Appending {
  readonly #chat: ChatTable;
  readonly #outbox: DynamoOutbox;
  readonly #waiting = new Map<string, Ask[]>();
  readonly #ends = new Map<string, MetaItem>();

  constructor(chat: ChatTable, outbox: DynamoOutbox) {
    this.#chat = chat;
    this.#outbox = outbox;
  }

  append(workspaceId: WorkspaceId, draft: Draft, announced: boolean): Promise<Appended> {
    const { conversationId } = draft;
    return new Promise((answer, fail) => {
      this.#waitingOf(conversationId).push({ workspaceId, draft, announced, answer, fail });
      // Each has a turn; the first of them takes along whoever waits by then, and the others find nothing left to do.
      void this.#chat.turns.run(conversationId, () => this.#takeAll(conversationId));
    });
  }

  #waitingOf(conversationId: string): Ask[] {
    const waiting = this.#waiting.get(conversationId) ?? [];
    this.#waiting.set(conversationId, waiting);
    return waiting;
  }

  async #takeAll(conversationId: string): Promise<void> {
    const asks = this.#waiting.get(conversationId) ?? [];
    this.#waiting.delete(conversationId);
    let left = asks;
    while (left.length > 0) left = await this.#takeSome(conversationId, left);
  }

  /** Answers those who are still to be answered. Never throws: each is told by itself. */
  async #takeSome(conversationId: string, asks: readonly Ask[]): Promise<Ask[]> {
    try {
      return await this.#append(conversationId, asks);
    } catch (error) {
      this.#ends.delete(conversationId);
      if (isPassing(error) || asks.length === 1) {
        for (const ask of asks) ask.fail(error);
        return [];
      }
    }
    // One of them cannot be written, and nobody else is to lose by it.
    for (const ask of asks) {
      let left: Ask[] = [ask];
      while (left.length > 0) left = await this.#takeSome(conversationId, left);
    }
    return [];
  }

  async #append(conversationId: string, asks: readonly Ask[]): Promise<Ask[]> {
    const meta = this.#ends.get(conversationId) ?? (await this.#chat.meta(conversationId));
    const isTheirs = ({ workspaceId }: Ask): boolean => workspaceId === meta?.workspaceId;
    for (const ask of asks) if (!isTheirs(ask)) ask.answer({ kind: 'no_member' });
    if (!meta) return [];
    // The event has a number of its own in each batch: one that is taken is not asked for again.
    const batch = new AppendBatch<Ask>(meta, ({ announced }, message) =>
      announced ? [this.#outbox.entry(loggedEvent(meta.workspaceId, message), message.sentAt)] : [],
    );
    const later = asks.filter((ask) => isTheirs(ask) && !batch.add(ask));
    if (batch.asks.length === 0) return later;
    const result = await this.#chat.table.transact(batch.writes());
    if (result.kind === 'done') {
      this.#remember(conversationId, batch.metaAfter());
      if (batch.asks.some(({ announced }) => announced)) this.#outbox.appended();
      for (const { ask, message } of batch.entries) ask.answer({ kind: 'appended', message, isNew: true });
      return later.filter((ask) => {
        const message = batch.sameAs(ask.draft);
        if (message) ask.answer({ kind: 'appended', message, isNew: false });
        return !message;
      });
    }
    const refused = batch.refusedBy(result.by);
    const end = refused.meta === 'as it was' ? meta : refused.meta;
    if (end) this.#remember(conversationId, end);
    else this.#ends.delete(conversationId);
    const again: Ask[] = [];
    for (const { ask, draft } of batch.entries) {
      if (refused.noMembers.has(draft.senderId)) ask.answer({ kind: 'no_member' });
      else if (refused.sent.has(ask)) await this.#answerKnown(ask, refused.sent.get(ask));
      else if (refused.isBlocked) ask.answer({ kind: 'blocked' });
      else again.push(ask);
    }
    return [...again, ...later];
  }

  /** It had been sent before: as it stands now. */
  async #answerKnown(ask: Ask, place: PlaceItem | undefined): Promise<void> {
    const { draft } = ask;
    const message = await this.#known(draft, place);
    if (message) ask.answer({ kind: 'appended', message, isNew: false });
    // Retention has taken it since it was seen: it is new after all.
    else this.append(ask.workspaceId, draft, ask.announced).then(ask.answer, ask.fail);
  }

  async #known(
    { conversationId, senderId, clientMessageId }: Draft,
    place: PlaceItem | undefined,
  ): Promise<Message | undefined> {
    // Not every endpoint says what stands there.
    const found =
      place ?? (await this.#chat.table.get<PlaceItem>(sentKey(conversationId, senderId, clientMessageId)));
    return found && this.#chat.messageAt(conversationId, found.seq);
  }

  #remember(conversationId: string, meta: MetaItem): void {
    this.#ends.delete(conversationId);
    this.#ends.set(conversationId, meta);
    if (this.#ends.size <= MOST_KNOWN) return;
    const [oldest] = this.#ends.keys();
    if (oldest !== undefined) this.#ends.delete(oldest);
  }
}
