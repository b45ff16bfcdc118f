import type { Message } from '#domain/chat/model/message.js';
import { MOST_BYTES_IN_ITEM, packed, unpacked } from '../engine/packed-text.js';
import type { Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { type MessageItem, messageOf } from './chat-items.js';
import { logPartition, messageKey, wordsChangedKey, wordsKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';
import { WordBlock } from './word-block.js';

interface WordsItem extends Key {
  readonly words: Uint8Array;
}

/** How often what a block says was changed. */
interface ChangedItem extends Key {
  readonly times: number;
}

/** A block as it was read. */
export interface BlockRead {
  readonly words: WordBlock | undefined;
  /** Newest first, where its words were not known: its messages themselves. */
  readonly items: readonly MessageItem[];
  /** What it cost, in messages that might have been read instead. */
  readonly effort: number;
}

/** What an item of words costs to read, in messages: some 4 KB, where a message has 300 bytes. */
const EFFORT_OF_WORDS = 16;

/**
 * The words of a log, block by block: one item says who says what in so many messages in a row, and is written by whoever looks for
 * something there first. So a message costs nothing more to write, and nobody pays for a log in which nobody ever looks.
 *
 * An item of words that is there is right: whatever changes what a message of its block says takes the item away in that very
 * step, and counts there; who has read the messages meanwhile is refused by the count. Only full blocks have one. The
 * messages behind them, fewer than a block, are read themselves, so nothing lags.
 */
export class WordIndex {
  readonly #chat: ChatTable;

  constructor(chat: ChatTable) {
    this.#chat = chat;
  }

  /** Messages in a block. */
  get size(): number {
    return this.#chat.block;
  }

  async read(conversationId: string, block: number): Promise<BlockRead> {
    const { table } = this.#chat;
    const known = await table.get<WordsItem>(wordsKey(conversationId, block));
    if (known) {
      const words = WordBlock.from(await unpacked([known.words]));
      return { words, items: [], effort: EFFORT_OF_WORDS };
    }
    // Before the messages: a change after this is one that we may not have seen.
    const changed = await table.get<ChangedItem>(wordsChangedKey(conversationId, block));
    const [first, last] = boundsOf(block, this.size);
    const items = await table.list<MessageItem>({
      pk: logPartition(conversationId),
      from: key('MSG', first),
      to: key('MSG', last),
      limit: this.size,
      descending: true,
    });
    // Of a block that retention has reached its messages are read, as long as there are some.
    if (items.length === this.size) await this.#write(conversationId, block, items, changed?.times);
    return { words: undefined, items, effort: items.length + 2 };
  }

  async #write(
    conversationId: string,
    block: number,
    items: readonly MessageItem[],
    changed: number | undefined,
  ): Promise<void> {
    const [first] = boundsOf(block, this.size);
    const messages = new Map<number, Message>();
    for (const item of items) messages.set(item.seq - first, messageOf(conversationId, item));
    const text = WordBlock.textOf(messages, items.at(-1)?.cameAt ?? 0);
    const [words, ...more] = await packed(text);
    // Long messages of nothing but rare words: as much is read where they are read themselves.
    if (!words || more.length > 0 || words.length > MOST_BYTES_IN_ITEM) return;
    const seen = changed === undefined ? when`attribute_not_exists(pk)` : when`#times = ${changed}`;
    const write = this.#chat.table.transact([
      { kind: 'put', item: { ...wordsKey(conversationId, block), words } },
      { kind: 'check', key: wordsChangedKey(conversationId, block), if: seen },
      { kind: 'check', key: messageKey(conversationId, first), if: when`attribute_exists(pk)` },
    ]);
    // Who looks has what it came for: where nothing can be written now, the next one reads the messages again.
    await write.catch(() => undefined);
  }
}

/** Counted from 0. */
export const blockOf = (seq: number, size: number): number => Math.floor((seq - 1) / size);

/** The numbers of its first and its last message. */
export const boundsOf = (block: number, size: number): [number, number] => [
  block * size + 1,
  (block + 1) * size,
];

/** In the step that changes a message: what its block says is not known any more, if this is to be found by something else. */
export function unindexed(before: Message, after: Message, size: number): Write[] {
  const same =
    before.text === after.text &&
    before.deletedAt === after.deletedAt &&
    before.attachments.length > 0 === after.attachments.length > 0;
  if (same) return [];
  const { conversationId, seq } = before;
  const block = blockOf(seq, size);
  return [
    { kind: 'delete', key: wordsKey(conversationId, block) },
    { kind: 'update', key: wordsChangedKey(conversationId, block), change: to`ADD #times ${1}` },
  ];
}

/** In the step that cuts a message off: the words of its block go with the first of it, and nothing is left with the last. */
export function forgotten(conversationId: string, seq: number, size: number): Write[] {
  const block = blockOf(seq, size);
  const [first, last] = boundsOf(block, size);
  const words: Write[] = seq === first ? [{ kind: 'delete', key: wordsKey(conversationId, block) }] : [];
  if (seq !== last) return words;
  return [...words, { kind: 'delete', key: wordsChangedKey(conversationId, block) }];
}
