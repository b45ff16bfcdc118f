import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Subscriber, SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { Put, Subscribers, Upsert } from '#ports/campaign/subscribers.js';
import { firstPage, type MemoryPeople } from './memory-people.js';

export class MemorySubscribers implements Subscribers {
  readonly #people: MemoryPeople;

  constructor(people: MemoryPeople) {
    this.#people = people;
  }

  async put(
    workspaceId: WorkspaceId,
    upserts: readonly Upsert[],
    listIds: readonly ListId[],
    now: Instant,
  ): Promise<readonly Put[]> {
    const lists = this.#people.listRows(workspaceId, listIds);
    return upserts.map((one) => this.#people.put(workspaceId, one, lists, now));
  }

  async find(workspaceId: WorkspaceId, id: SubscriberId): Promise<Subscriber | undefined> {
    return this.#people.withId(workspaceId, id);
  }

  async findByAddress(workspaceId: WorkspaceId, email: EmailAddress): Promise<Subscriber | undefined> {
    return this.#people.of(workspaceId).get(email);
  }

  async replace(subscriber: Subscriber): Promise<boolean> {
    const known = this.#people.withId(subscriber.workspaceId, subscriber.id);
    if (!known) return false;
    const { email, createdAt } = known;
    this.#people.of(subscriber.workspaceId).set(email, { ...structuredClone(subscriber), email, createdAt });
    return true;
  }

  async remove(workspaceId: WorkspaceId, id: SubscriberId): Promise<boolean> {
    const known = this.#people.withId(workspaceId, id);
    if (known) this.#people.remove(known);
    return known !== undefined;
  }

  async page(
    workspaceId: WorkspaceId,
    listId: ListId | undefined,
    page: PageRequest,
  ): Promise<Page<Subscriber>> {
    const among =
      listId === undefined
        ? this.#people.of(workspaceId).keys()
        : this.#people.listRows(workspaceId, [listId]).flatMap(({ members }) => [...members]);
    return firstPage(this.#people.ordered(workspaceId, among, page.after), page, ({ email }) => email);
  }
}
