import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Message } from '#domain/chat/model/message.js';
import type { SearchQuery } from '#domain/chat/model/search-query.js';
import type { Highlight } from '#domain/chat/model/words.js';

export interface FoundMessage {
  readonly message: Message;
  /** Where its text holds what was looked for, ascending. May be empty, as when it was looked for by its sender. */
  readonly highlights: readonly Highlight[];
}

/**
 * What a user can find in the conversations they are in.
 *
 * Guarantees
 * - Only messages of conversations that the user is a member of when it is asked, and of that workspace: who has left or was
 *   removed finds nothing there any more, who has joined finds what was said before.
 * - A message is found by what it says when it is asked: not by words that were edited away, and never as a tombstone or
 *   when retention has cut it off. What was just said may be found some seconds late where the index lags behind the log.
 * - A word is found whatever its case and accents, a phrase where its words follow one another, a prefix where a word begins
 *   so.
 * - The newest message first, by when it came. A page may hold fewer than asked for, even none, and have a next one: how much
 *   is looked through for one page is bounded, however large the logs are.
 * - It refuses with `invalid_cursor`, and with nothing else, whatever is looked for.
 */
export interface MessageSearch {
  search(
    workspaceId: WorkspaceId,
    userId: string,
    query: SearchQuery,
    page: PageRequest,
  ): Promise<Page<FoundMessage>>;
}
export const MessageSearch = Symbol('MessageSearch');
