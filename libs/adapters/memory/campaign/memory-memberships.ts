import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { type Membership, type Memberships, MOST_MEMBERSHIPS } from '#ports/campaign/memberships.js';
import type { ListRow, MemoryPeople } from './memory-people.js';

export class MemoryMemberships implements Memberships {
  readonly #people: MemoryPeople;

  constructor(people: MemoryPeople) {
    this.#people = people;
  }

  async of(workspaceId: WorkspaceId, address: EmailAddress): Promise<readonly Membership[]> {
    return [...this.#people.lists.values()]
      .filter(({ list, members, left }) => {
        return list.workspaceId === workspaceId && (members.has(address) || left.has(address));
      })
      .map(({ list, members }): Membership => {
        return { listId: list.id, name: list.name, state: members.has(address) ? 'joined' : 'left' };
      })
      .sort((a, b) => (a.listId < b.listId ? -1 : 1))
      .slice(0, MOST_MEMBERSHIPS);
  }

  async leave(workspaceId: WorkspaceId, address: EmailAddress, listId: ListId): Promise<void> {
    const row = this.#row(workspaceId, listId);
    if (row?.members.delete(address)) row.left.add(address);
  }

  async rejoin(workspaceId: WorkspaceId, address: EmailAddress, listId: ListId): Promise<void> {
    const row = this.#row(workspaceId, listId);
    if (row?.left.delete(address) && this.#people.of(workspaceId).has(address)) row.members.add(address);
  }

  #row(workspaceId: WorkspaceId, listId: ListId): ListRow | undefined {
    const row = this.#people.lists.get(listId);
    return row?.list.workspaceId === workspaceId ? row : undefined;
  }
}
