import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Message } from '#domain/chat/model/message.js';
import type { SearchQuery } from '#domain/chat/model/search-query.js';
import { highlightsOf, holds } from '#domain/chat/model/words.js';
import type { FoundMessage, MessageSearch } from '#ports/chat/message-search.js';
import { pageOf } from '../delivery/paging.js';
import type { ChatTables } from './memory-chat.js';

export class MemoryMessageSearch implements MessageSearch {
  readonly #tables: ChatTables;

  constructor(tables: ChatTables) {
    this.#tables = tables;
  }

  async search(
    workspaceId: WorkspaceId,
    userId: string,
    query: SearchQuery,
    page: PageRequest,
  ): Promise<Page<FoundMessage>> {
    const mine = [...this.#tables.conversations.values()].filter(
      ({ conversation, members }) => conversation.workspaceId === workspaceId && members.has(userId),
    );
    const found = mine.flatMap(({ log }) => log.filter((message) => applies(message, query)));
    const { data, next } = pageOf(found, keyOf, page);
    const marked = data.map((message) => ({ message, highlights: highlightsOf(message.text, query.terms) }));
    return { data: marked, next };
  }
}

/** The newest first: messages bear no number across conversations, but a time, and ids that rise as they are made. */
function keyOf({ id, sentAt }: Message): string {
  return `${String(Number.MAX_SAFE_INTEGER - sentAt).padStart(16, '0')} ${descending(id)}`;
}

/** Sorts the other way round. */
function descending(text: string): string {
  return [...text].map((letter) => String.fromCharCode(0xffff - letter.charCodeAt(0))).join('');
}

function applies(message: Message, query: SearchQuery): boolean {
  const { terms, from, sentFrom = -Infinity, sentBefore = Infinity, hasAttachment, conversationId } = query;
  if (message.deletedAt !== undefined) return false;
  if (from !== undefined && message.senderId !== from) return false;
  if (message.sentAt < sentFrom || message.sentAt >= sentBefore) return false;
  if (hasAttachment && message.attachments.length === 0) return false;
  if (conversationId !== undefined && message.conversationId !== conversationId) return false;
  return holds(message.text, terms);
}
