import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Subscriber, SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { Put, Subscribers, Upsert } from '#ports/campaign/subscribers.js';
import { cut } from './cut.js';
import { ownLists } from './dynamo-lists.js';
import { type DynamoPeople, MOST_LISTS_AT_ONCE } from './dynamo-people.js';
import { everybody, membersOf } from './ordered-people.js';

export class DynamoSubscribers implements Subscribers {
  readonly #people: DynamoPeople;

  constructor(people: DynamoPeople) {
    this.#people = people;
  }

  async put(
    workspaceId: WorkspaceId,
    upserts: readonly Upsert[],
    listIds: readonly ListId[],
    now: Instant,
  ): Promise<readonly Put[]> {
    const lists = await ownLists(this.#people.table, workspaceId, listIds);
    const outcomes = await this.#people.take(upserts, { workspaceId, listIds: lists, now });
    return outcomes.map((outcome) => {
      if (outcome.kind === 'put') return outcome.put;
      throw new Refusal('validation_failed', outcome.fault.detail, { faults: [outcome.fault] });
    });
  }

  async find(workspaceId: WorkspaceId, id: SubscriberId): Promise<Subscriber | undefined> {
    const address = await this.#people.addressOf(workspaceId, id);
    if (address === undefined) return undefined;
    const { subscriber } = await this.#people.standing(workspaceId, address);
    return subscriber?.id === id ? subscriber : undefined;
  }

  async findByAddress(workspaceId: WorkspaceId, email: EmailAddress): Promise<Subscriber | undefined> {
    return (await this.#people.standing(workspaceId, email)).subscriber;
  }

  async replace(by: Subscriber): Promise<boolean> {
    const { workspaceId, id } = by;
    const address = await this.#people.addressOf(workspaceId, id);
    if (address === undefined) return false;
    const [isReplaced = false] = await this.#people.change(workspaceId, [address], (before) => {
      const known = before.subscriber;
      if (known?.id !== id) return { after: before, answer: false };
      const { email, createdAt } = known;
      return { after: { ...before, subscriber: { ...by, email, createdAt } }, answer: true };
    });
    return isReplaced;
  }

  async remove(workspaceId: WorkspaceId, id: SubscriberId): Promise<boolean> {
    const address = await this.#people.addressOf(workspaceId, id);
    if (address === undefined) return false;
    for (;;) {
      const [removed] = await this.#people.change(workspaceId, [address], (before) => {
        if (before.subscriber?.id !== id) return { after: before, answer: 'not there' };
        const { lists, left } = before;
        if (lists.length <= MOST_LISTS_AT_ONCE) return { after: { lists: [], left }, answer: 'removed' };
        // More than one step can do: the person goes with the last, and until then can be asked to be removed again.
        return { after: { ...before, lists: lists.slice(MOST_LISTS_AT_ONCE) }, answer: 'on fewer lists' };
      });
      if (removed !== 'on fewer lists') return removed === 'removed';
    }
  }

  async page(
    workspaceId: WorkspaceId,
    listId: ListId | undefined,
    { limit, after = '' }: PageRequest,
  ): Promise<Page<Subscriber>> {
    if (listId !== undefined) await ownLists(this.#people.table, workspaceId, [listId]);
    const found =
      listId === undefined
        ? await everybody(this.#people, workspaceId, after, limit + 1)
        : await membersOf(this.#people, workspaceId, [listId], after, limit + 1);
    return cut(found, limit, ({ email }) => email);
  }
}
