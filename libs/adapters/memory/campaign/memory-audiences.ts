import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { mergeData } from '#domain/campaign/model/subscriber.js';
import type { AudienceMember, Audiences } from '#ports/campaign/audiences.js';
import type { MemoryPeople } from './memory-people.js';

export class MemoryAudiences implements Audiences {
  readonly #people: MemoryPeople;

  constructor(people: MemoryPeople) {
    this.#people = people;
  }

  async page(
    workspaceId: WorkspaceId,
    listIds: readonly ListId[],
    after: string | undefined,
    limit: number,
  ): Promise<readonly AudienceMember[]> {
    const rows = this.#people.listRows(workspaceId, listIds);
    const members = new Set(rows.flatMap((row) => [...row.members]));
    return this.#people
      .ordered(workspaceId, members, after)
      .slice(0, limit)
      .map((person) => ({
        address: person.email,
        subscriberId: person.id,
        timezone: person.timezone,
        data: mergeData(person, JSON.stringify(person.attributes)),
      }));
  }

  async count(workspaceId: WorkspaceId, listIds: readonly ListId[]): Promise<number> {
    return this.#people.listRows(workspaceId, listIds).reduce((sum, { members }) => sum + members.size, 0);
  }
}
