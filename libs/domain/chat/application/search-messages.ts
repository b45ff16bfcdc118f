import { Inject, Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { mustLookForSomething, parseSearchQuery, type SearchQuery } from '#domain/chat/model/search-query.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { type FoundMessage, MessageSearch } from '#ports/chat/message-search.js';
import { EnterConversation } from './enter-conversation.js';

/** What a user asks for, in the words of the small language of {@link parseSearchQuery}. */
export interface Search {
  readonly text: string;
  /** Only in this one: what `in:` says, for whoever stands in a conversation already. */
  readonly conversationId?: string;
}

/** Finds messages in the conversations of whoever asks. */
@Injectable()
export class SearchMessages {
  readonly #search: MessageSearch;
  readonly #enter: EnterConversation;

  constructor(@Inject(MessageSearch) search: MessageSearch, enter: EnterConversation) {
    this.#search = search;
    this.#enter = enter;
  }

  /**
   * A page may hold fewer than asked for and have a next one.
   * @throws Refusal `validation_failed` | `invalid_cursor` | `forbidden` for a conversation that the user is not in
   */
  async run(by: ChatUser, { text, conversationId }: Search, page: PageRequest): Promise<Page<FoundMessage>> {
    const query = within(parseSearchQuery(text), conversationId);
    mustLookForSomething(query);
    const search = () => this.#search.search(by.workspaceId, by.userId, query, page);
    if (query.conversationId === undefined) return search();
    // The search finds nothing where the user is no member; this says so.
    return this.#enter.reading(by, query.conversationId, search);
  }
}

function within(query: SearchQuery, conversationId: string | undefined): SearchQuery {
  if (conversationId === undefined || conversationId === query.conversationId) return query;
  if (query.conversationId === undefined) return { ...query, conversationId };
  const detail = 'in: names another conversation than the one that is searched.';
  throw new Refusal('validation_failed', detail, {
    faults: [{ pointer: 'q', code: 'invalid_query', detail }],
  });
}
