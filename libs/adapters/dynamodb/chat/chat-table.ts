import type { Randomness } from '#ports/system/randomness.js';
import type { Message } from '#domain/chat/model/message.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { type MessageItem, messageOf, type MetaItem, type PlaceItem } from './chat-items.js';
import { messageKey, metaKey, nameKey } from './chat-keys.js';
import { Turns } from './turns.js';

/** Names of crowds that are remembered. */
const MOST_KNOWN = 10_000;
/** For ever: it says where the words of a message stand. */
const MESSAGES_IN_A_BLOCK = 128;

/** What the stores of the chat have in common: the table, and the order in which this process writes to one conversation. */
export class ChatTable {
  readonly table: DynamoTable;
  readonly randomness: Randomness;
  /** Messages whose words stand in one item. */
  readonly block: number;
  /** Writers of one conversation in one process need not refuse one another. */
  readonly turns = new Turns();
  readonly #crowds = new Map<string, string>();

  constructor(table: DynamoTable, randomness: Randomness, block = MESSAGES_IN_A_BLOCK) {
    this.table = table;
    this.randomness = randomness;
    this.block = block;
  }

  async meta(conversationId: string): Promise<MetaItem | undefined> {
    const meta = await this.table.get<MetaItem>(metaKey(conversationId));
    if (meta) this.#remember(conversationId, meta.crowd);
    return meta;
  }

  /** It never changes: undefined is not remembered. */
  async crowdOf(conversationId: string): Promise<string | undefined> {
    return this.#crowds.get(conversationId) ?? (await this.meta(conversationId))?.crowd;
  }

  async message(conversationId: string, messageId: string): Promise<Message | undefined> {
    const place = await this.table.get<PlaceItem>(nameKey(conversationId, messageId));
    return place && this.messageAt(conversationId, place.seq);
  }

  async messageAt(conversationId: string, seq: number): Promise<Message | undefined> {
    const item = await this.table.get<MessageItem>(messageKey(conversationId, seq));
    return item && messageOf(conversationId, item);
  }

  #remember(conversationId: string, crowd: string): void {
    this.#crowds.set(conversationId, crowd);
    if (this.#crowds.size <= MOST_KNOWN) return;
    const [oldest] = this.#crowds.keys();
    if (oldest !== undefined) this.#crowds.delete(oldest);
  }
}
