import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page } from '#domain/kernel/page.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { EXPORT_HEADER, exportLine } from '#domain/campaign/model/subscriber-csv.js';
import type { Subscriber } from '#domain/campaign/model/subscriber.js';
import { Subscribers } from '#ports/campaign/subscribers.js';

const PAGE = 200;

@Injectable()
export class ExportSubscribers {
  readonly #subscribers: Subscribers;

  constructor(@Inject(Subscribers) subscribers: Subscribers) {
    this.#subscribers = subscribers;
  }

  /**
   * The workspace's people, or one list's, as CSV text that an import reads back, in ascending order of address: a header
   * `email,name,locale,timezone,attributes`, then a chunk for every 200 people, read as they are asked for: memory holds
   * one chunk. Whoever joins or leaves meanwhile may be in it or not. Cells that a spreadsheet would take for formulas
   * begin with a single quote.
   * @throws Refusal `not_found` for a list that is not the workspace's, before the first chunk
   */
  async *execute(workspaceId: WorkspaceId, listId?: ListId): AsyncGenerator<string, void, undefined> {
    let page = await this.#read(workspaceId, listId, undefined);
    yield EXPORT_HEADER;
    for (;;) {
      if (page.data.length > 0) yield page.data.map(exportLine).join('');
      if (page.next === null) return;
      page = await this.#read(workspaceId, listId, page.next);
    }
  }

  #read(
    workspaceId: WorkspaceId,
    listId: ListId | undefined,
    after: string | undefined,
  ): Promise<Page<Subscriber>> {
    return this.#subscribers.page(workspaceId, listId, { limit: PAGE, after });
  }
}
