import { key, padded } from '../engine/keys.js';
import type { MessageItem } from './chat-items.js';
import { logPartition, messageKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';

/** Read at once. Where a place is looked for, so many are read rather than halved any further. */
const BLOCK = 32;

/** Where a message stands among those of all logs: by when it came, then by log and number. Sorts as text. */
export function placeOf(
  conversationId: string,
  { cameAt, seq }: Pick<MessageItem, 'cameAt' | 'seq'>,
): string {
  return `${padded(cameAt)}#${conversationId}#${padded(seq)}`;
}

/** One log, backward from a place among all of them. What it has read is cheap, what it has not is read when it is needed. */
export class LogReader {
  readonly #chat: ChatTable;
  readonly #id: string;
  readonly #before: string;
  /** Newest first. */
  #ready: MessageItem[] = [];
  /** All that is not read has this number or a lower one. */
  #left = Number.MAX_SAFE_INTEGER;
  #isLocated = false;
  #place: string;

  /**
   * @param before only what stands before it is read
   * @param movedAt nothing of it came later
   */
  constructor(
    chat: ChatTable,
    { id, movedAt }: { readonly id: string; readonly movedAt: number },
    before: string,
  ) {
    this.#chat = chat;
    this.#id = id;
    this.#before = before;
    const last = `${padded(movedAt)}#\uffff`;
    this.#place = last < before ? last : before;
  }

  /** Nothing that it has left stands behind this. */
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
    const items = await this.#chat.table.list<MessageItem>({
      pk: logPartition(this.#id),
      from: key('MSG', 0),
      to: key('MSG', this.#left),
      limit: BLOCK,
      descending: true,
    });
    const oldest = items.at(-1);
    this.#left = items.length < BLOCK || !oldest ? 0 : oldest.seq - 1;
    this.#ready = items.filter((item) => placeOf(this.#id, item) < this.#before);
    const [newest] = this.#ready;
    if (newest) this.#place = placeOf(this.#id, newest);
    else if (!this.#isLocated && this.#left > 0) this.#left = await this.#locate(this.#left);
    return items.length + 1;
  }

  /** The last number that may stand before where we begin, found by halves: in a log time does not go back. */
  async #locate(last: number): Promise<number> {
    this.#isLocated = true;
    let [low, high] = [(await this.#chat.meta(this.#id))?.cutSeq ?? 0, last];
    while (high - low > BLOCK) {
      const middle = Math.floor((low + high) / 2);
      const item = await this.#chat.table.get<MessageItem>(messageKey(this.#id, middle));
      if (!item || placeOf(this.#id, item) < this.#before) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, high);
  }
}
