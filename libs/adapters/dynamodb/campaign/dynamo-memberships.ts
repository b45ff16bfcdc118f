import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { type Membership, type Memberships, MOST_MEMBERSHIPS } from '#ports/campaign/memberships.js';
import { listsNamed } from './dynamo-lists.js';
import type { DynamoPeople } from './dynamo-people.js';

export class DynamoMemberships implements Memberships {
  readonly #people: DynamoPeople;

  constructor(people: DynamoPeople) {
    this.#people = people;
  }

  async of(workspaceId: WorkspaceId, address: EmailAddress): Promise<readonly Membership[]> {
    const { lists, left } = await this.#people.standing(workspaceId, address);
    const ids = [...lists, ...(Object.keys(left) as ListId[])].sort().slice(0, MOST_MEMBERSHIPS);
    const found = await listsNamed(this.#people.table, workspaceId, ids);
    const names = new Map(found.map(({ id, name }) => [id, name]));
    return ids.flatMap((listId) => {
      const name = names.get(listId);
      return name === undefined ? [] : { listId, name, state: lists.includes(listId) ? 'joined' : 'left' };
    });
  }

  async leave(workspaceId: WorkspaceId, address: EmailAddress, listId: ListId, at: Instant): Promise<void> {
    await this.#people.change(workspaceId, [address], (before) => {
      if (!before.lists.includes(listId)) return { after: before, answer: undefined };
      const lists = before.lists.filter((one) => one !== listId);
      return { after: { ...before, lists, left: { ...before.left, [listId]: at } }, answer: undefined };
    });
  }

  async rejoin(workspaceId: WorkspaceId, address: EmailAddress, listId: ListId): Promise<void> {
    await this.#people.change(workspaceId, [address], (before) => {
      const { [listId]: at, ...left } = before.left;
      if (at === undefined) return { after: before, answer: undefined };
      const lists = before.subscriber ? [...before.lists, listId] : before.lists;
      return { after: { ...before, lists, left }, answer: undefined };
    });
  }
}
