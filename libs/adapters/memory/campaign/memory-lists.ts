import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { List } from '#domain/campaign/model/subscriber.js';
import type { Lists } from '#ports/campaign/lists.js';
import { firstPage, type MemoryPeople } from './memory-people.js';

export class MemoryLists implements Lists {
  readonly #people: MemoryPeople;

  constructor(people: MemoryPeople) {
    this.#people = people;
  }

  async insert(list: List): Promise<void> {
    if (!this.#people.lists.has(list.id))
      this.#people.lists.set(list.id, { list, members: new Set(), left: new Set() });
  }

  async find(workspaceId: WorkspaceId, id: ListId): Promise<List | undefined> {
    const list = this.#people.lists.get(id)?.list;
    return list?.workspaceId === workspaceId ? list : undefined;
  }

  async page(workspaceId: WorkspaceId, page: PageRequest): Promise<Page<List>> {
    const { after = '' } = page;
    const rest = [...this.#people.lists.values()]
      .map(({ list }) => list)
      .filter((list) => list.workspaceId === workspaceId && list.id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return firstPage(rest, page, ({ id }) => id);
  }
}
