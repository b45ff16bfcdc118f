import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Message } from '#domain/chat/model/message.js';
import type { SearchQuery } from '#domain/chat/model/search-query.js';
import { highlightsOf, holds } from '#domain/chat/model/words.js';
import type { FoundMessage, MessageSearch } from '#ports/chat/message-search.js';
import { padded } from '../engine/keys.js';
import { messageOf, type MetaItem } from './chat-items.js';
import { metaKey } from './chat-keys.js';
import { ChatList, type Listed } from './chat-list.js';
import type { ChatTable } from './chat-table.js';
import { LogReader } from './log-reader.js';
import { WordIndex } from './word-index.js';

/** Messages looked through for one page, at most: some 150 read units. What their words are read for costs less. */
const EFFORT = 2_000;
/** Logs that are read side by side. */
const READ_AT_ONCE = 8;
/** What was sent may have come so much later, by the clocks of those who took it. */
const CLOCKS_DIFFER_MS = 3_600_000;
const BEHIND_ALL = '\uffff';
const TIME_DIGITS = padded(0).length;
const PLACE = /^\d{16}#.+#\d{16}$/s;

interface Found {
  readonly message: Message;
  readonly place: string;
}

/**
 * The logs of a user's conversations, merged, newest first, as far as one page may look: of their full blocks those messages that
 * have the words by {@link WordIndex}, of what is behind them every one. Whatever was found is judged by the message as it stands
 * in the log, so nothing lags: what is edited or cut off is found or not at once.
 */
export class DynamoMessageSearch implements MessageSearch {
  readonly #chat: ChatTable;
  readonly #list: ChatList;
  readonly #words: WordIndex;
  readonly #effort: number;

  constructor(chat: ChatTable, effort = EFFORT) {
    this.#chat = chat;
    this.#list = new ChatList(chat);
    this.#words = new WordIndex(chat);
    this.#effort = effort;
  }

  async search(
    workspaceId: WorkspaceId,
    userId: string,
    query: SearchQuery,
    { limit, after }: PageRequest,
  ): Promise<Page<FoundMessage>> {
    const before = beginningOf(query, after);
    const listed = await this.#list.of(workspaceId, userId, query.conversationId);
    const older = await this.#reachingBack(listed, before);
    const tools = { chat: this.#chat, words: this.#words, query };
    const readers = older.map((one) => new LogReader(tools, one, before));
    const { found, looked } = await this.#look(readers, query, { limit, before });
    const data = found.slice(0, limit).map(({ message }) => ({
      message,
      highlights: highlightsOf(message.text, query.terms),
    }));
    const last = found.length > limit ? found[limit - 1]?.place : looked;
    return { data, next: last === undefined ? null : `after:${last}` };
  }

  /** Without those that began later than we do: on a late page these are many, and each would be read in vain. */
  async #reachingBack(listed: readonly Listed[], before: string): Promise<readonly Listed[]> {
    const time = before.slice(0, TIME_DIGITS);
    const moved = listed.filter(({ movedAt }) => padded(movedAt) >= time);
    const metas = await this.#chat.table.getAll<MetaItem>(moved.map(({ id }) => metaKey(id)));
    const late = metas.filter(({ oldestAt }) => oldestAt === undefined || padded(oldestAt) > time);
    const ids = new Set(late.map(({ id }) => id));
    return listed.filter(({ id }) => !ids.has(id));
  }

  /** `looked`: how far, if there is more to look through. One more is found than is asked for, if there is one. */
  async #look(
    all: readonly LogReader[],
    query: SearchQuery,
    { limit, before }: { readonly limit: number; readonly before: string },
  ): Promise<{ readonly found: Found[]; readonly looked: string | undefined }> {
    const found: Found[] = [];
    const end = padded(Math.max(0, query.sentFrom ?? 0));
    let readers = all;
    let left = this.#effort;
    let looked: string | undefined;
    while (found.length <= limit) {
      readers = readers.filter(({ isOver, place }) => !isOver && place >= end);
      const [first] = newestFirst(readers, 1);
      if (!first) return { found, looked: undefined };
      if (!first.isReady) {
        // All that it has left stands before its place, and what the others have even more so.
        const reached = first.place < before && PLACE.test(first.place) ? first.place : looked;
        if (left <= 0 && reached !== undefined) return { found, looked: reached };
        left -= await readSome(readers);
        continue;
      }
      looked = first.place;
      const item = first.take();
      const message = item && messageOf(idIn(looked), item);
      if (message && applies(message, query)) found.push({ message, place: looked });
    }
    return { found, looked };
  }
}

async function readSome(readers: readonly LogReader[]): Promise<number> {
  const unread = newestFirst(
    readers.filter(({ isReady }) => !isReady),
    READ_AT_ONCE,
  );
  const counts = await Promise.all(unread.map((reader) => reader.read()));
  return counts.reduce((sum, count) => sum + count, 0);
}

function newestFirst(readers: readonly LogReader[], count: number): LogReader[] {
  if (count > 1) return [...readers].sort((a, b) => (a.place > b.place ? -1 : 1)).slice(0, count);
  const [first, ...others] = readers;
  if (!first) return [];
  return [others.reduce((newest, one) => (one.place > newest.place ? one : newest), first)];
}

const idIn = (place: string): string => place.slice(place.indexOf('#') + 1, place.lastIndexOf('#'));

/** @throws Refusal `invalid_cursor` */
function beginningOf({ sentBefore }: SearchQuery, after: string | undefined): string {
  const asked = sentBefore === undefined ? BEHIND_ALL : padded(Math.max(0, sentBefore + CLOCKS_DIFFER_MS));
  if (after === undefined) return asked;
  const place = after.startsWith('after:') ? after.slice('after:'.length) : '';
  if (!PLACE.test(place)) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return place < asked ? place : asked;
}

function applies(message: Message, query: SearchQuery): boolean {
  const { terms, from, sentFrom = -Infinity, sentBefore = Infinity, hasAttachment } = query;
  if (message.deletedAt !== undefined) return false;
  if (from !== undefined && message.senderId !== from) return false;
  if (message.sentAt < sentFrom || message.sentAt >= sentBefore) return false;
  if (hasAttachment && message.attachments.length === 0) return false;
  return holds(message.text, terms);
}
