import type { SearchQuery } from '#domain/chat/model/search-query.js';
import { key, padded } from '../engine/keys.js';
import type { MessageItem } from './chat-items.js';
import { logPartition, messageKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';
import { blockOf, boundsOf, type WordIndex } from './word-index.js';

/** Read at once, of the end of a log. Where a place is looked for, so many are read rather than halved any further. */
const AT_ONCE = 32;

/** Where a message stands among those of all logs: by when it came, then by log and number. Sorts as text. */
export function placeOf(
  conversationId: string,
  { cameAt, seq }: Pick<MessageItem, 'cameAt' | 'seq'>,
): string {
  return `${padded(cameAt)}#${conversationId}#${padded(seq)}`;
}

export interface LogTools {
  readonly chat: ChatTable;
  readonly words: WordIndex;
  readonly query: SearchQuery;
}

/**
 * One log, backward from a place among all of them. What it has read is cheap, what it has not is read when it is needed: of full
 * blocks only the messages that may be meant.
 */
export class LogReader {
  readonly #tools: LogTools;
  readonly #id: string;
  readonly #before: string;
  /** Newest first. */
  #ready: MessageItem[] = [];
  /** All that is not read has this number or a lower one. */
  #left = Number.MAX_SAFE_INTEGER;
  /** The log is known to reach to this number. */
  #newest = 0;
  #isLocated = false;
  #place: string;

  /**
   * @param before only what stands before it is read
   * @param movedAt nothing of it came later
   */
  constructor(
    tools: LogTools,
    { id, movedAt }: { readonly id: string; readonly movedAt: number },
    before: string,
  ) {
    this.#tools = tools;
    this.#id = id;
    this.#before = before;
    const last = `${padded(movedAt)}#\uffff`;
    this.#place = last < before ? last : before;
  }

  /** Nothing that it has left stands behind this; and if nothing is ready, nothing stands there either. */
  get place(): string {
    return this.#place;
  }

  get isReady(): boolean {
    return this.#ready.length > 0;
  }

  get isOver(): boolean {
    return !this.isReady && this.#left === 0;
  }

  take(): MessageItem | undefined {
    const item = this.#ready.shift();
    const next = this.#ready[0] ?? item;
    if (next) this.#place = placeOf(this.#id, next);
    return item;
  }

  /** Answers how much was read. Most logs that were written to since then were so only a little: their end is read first. */
  async read(): Promise<number> {
    const { size } = this.#tools.words;
    const isIndexed = this.#newest >= boundsOf(blockOf(this.#left, size), size)[1];
    return isIndexed ? this.#readBlock(blockOf(this.#left, size)) : this.#readEnd();
  }

  async #readEnd(): Promise<number> {
    const { chat, words } = this.#tools;
    const limit = Math.min(AT_ONCE, words.size);
    const items = await chat.table.list<MessageItem>({
      pk: logPartition(this.#id),
      from: key('MSG', 0),
      to: key('MSG', this.#left),
      limit,
      descending: true,
    });
    this.#newest = Math.max(this.#newest, items[0]?.seq ?? 0);
    const oldest = items.at(-1);
    this.#left = items.length < limit || !oldest ? 0 : oldest.seq - 1;
    this.#show(items);
    if (oldest) await this.#locateIf(placeOf(this.#id, oldest));
    return items.length + 1;
  }

  async #readBlock(block: number): Promise<number> {
    const { chat, words: index, query } = this.#tools;
    const [first] = boundsOf(block, index.size);
    const { words, items, effort } = await index.read(this.#id, block);
    const last = this.#left;
    this.#left = first - 1;
    // Retention has been here: there is nothing before it.
    if (!words && items.length < index.size) this.#left = 0;
    const oldest = { cameAt: words?.cameAt ?? items.at(-1)?.cameAt ?? 0, seq: first };
    if (!words) {
      this.#show(items.filter(({ seq }) => seq <= last));
      await this.#locateIf(placeOf(this.#id, oldest));
      return effort;
    }
    const keys = words
      .candidates(query)
      .map((place) => first + place)
      .filter((seq) => seq <= last)
      .map((seq) => messageKey(this.#id, seq));
    const found = keys.length === 0 ? [] : await chat.table.getAll<MessageItem>(keys);
    this.#show(found.sort((a, b) => b.seq - a.seq));
    if (!this.isReady) this.#skipTo(placeOf(this.#id, oldest));
    await this.#locateIf(placeOf(this.#id, oldest));
    return effort + found.length;
  }

  #show(items: readonly MessageItem[]): void {
    this.#ready = items.filter((item) => placeOf(this.#id, item) < this.#before);
    const [newest] = this.#ready;
    if (newest) this.#place = placeOf(this.#id, newest);
  }

  /** All that was read stands behind where we begin: so may much of the rest. */
  async #locateIf(oldest: string): Promise<void> {
    if (oldest < this.#before || this.#isLocated || this.#left === 0) return;
    this.#left = await this.#locate(this.#left);
  }

  /** All that is left stands before the first message of the block that was read. */
  #skipTo(place: string): void {
    if (place < this.#place) this.#place = place;
  }

  /** The last number that may stand before where we begin, found by halves: in a log time does not go back. */
  async #locate(last: number): Promise<number> {
    this.#isLocated = true;
    const { chat } = this.#tools;
    let [low, high] = [(await chat.meta(this.#id))?.cutSeq ?? 0, last];
    while (high - low > AT_ONCE) {
      const middle = Math.floor((low + high) / 2);
      const item = await chat.table.get<MessageItem>(messageKey(this.#id, middle));
      if (!item || placeOf(this.#id, item) < this.#before) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, high);
  }
}
