import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { SearchQuery } from '#domain/chat/model/search-query.js';
import { highlightsOf } from '#domain/chat/model/words.js';
import type { FoundMessage, MessageSearch } from '#ports/chat/message-search.js';
import { numberBefore } from '../communication/newest-first.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { messageOf } from './chat-rows.js';
import { searchStore } from './search-store.js';

/** Rows looked through for one page, at most: some fifty milliseconds, for which others who read have to wait. */
const EFFORT = 12_000;

export class SqliteMessageSearch implements MessageSearch {
  readonly #calls;
  readonly #effort: number;

  constructor(storage: SqliteStorage, effort = EFFORT) {
    this.#calls = storage.calls(searchStore);
    this.#effort = effort;
  }

  async search(
    workspace: WorkspaceId,
    user: string,
    query: SearchQuery,
    { limit, after }: PageRequest,
  ): Promise<Page<FoundMessage>> {
    // Where nothing can be written (the disk is full, say), what has its words is found all the same.
    await this.#catchUp().catch(() => undefined);
    const range = { before: numberBefore(after), limit, effort: this.#effort };
    const { rows, next } = await this.#calls.read('search', { workspace, user, query, ...range });
    const data = rows.map((row) => ({
      message: messageOf(row.conversation, row),
      highlights: highlightsOf(row.text, query.terms),
    }));
    return { data, next: next === null ? null : `after:${next}` };
  }

  /** What is said when it is asked is found, though its words are written down a little later: after those before it. */
  async #catchUp(): Promise<void> {
    const { upto, last } = await this.#calls.read('wordsBehind', {});
    for (let [at, before] = [upto, -1]; at < last && at !== before;) {
      before = at;
      // Not further than before: retention has cut off the last ones meanwhile.
      ({ upto: at } = await this.#calls.write('writeWords', {}));
    }
  }
}
