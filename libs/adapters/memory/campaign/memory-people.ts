import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import {
  faultsOfAttributes,
  type List,
  mergedAttributes,
  type Subscriber,
  type SubscriberFacts,
} from '#domain/campaign/model/subscriber.js';
import type { Put, Upsert } from '#ports/campaign/subscribers.js';

export interface ListRow {
  readonly list: List;
  readonly members: Set<string>;
  /** By their own wish: nobody else puts them back. */
  readonly left: Set<string>;
}

/**
 * People and lists in one process's memory, shared by the ports that are about them. Each method runs to its end without
 * awaiting, and that is what makes it atomic. Nothing survives the process.
 */
export class MemoryPeople {
  readonly lists = new Map<ListId, ListRow>();
  /** By id: which address it stood for. */
  readonly #former = new Map<string, Pick<Subscriber, 'workspaceId' | 'email'>>();
  /** By workspace, then by address. */
  readonly #people = new Map<WorkspaceId, Map<string, Subscriber>>();

  of(workspaceId: WorkspaceId): Map<string, Subscriber> {
    const people = this.#people.get(workspaceId) ?? new Map<string, Subscriber>();
    this.#people.set(workspaceId, people);
    return people;
  }

  /** @throws Refusal `not_found` if one of them is not the workspace's */
  listRows(workspaceId: WorkspaceId, ids: readonly ListId[]): ListRow[] {
    return [...new Set(ids)].map((id) => {
      const row = this.lists.get(id);
      if (row?.list.workspaceId !== workspaceId) throw notFound('list');
      return row;
    });
  }

  /** @throws Refusal `validation_failed` if the attributes would grow too large by the merge: nothing has changed then */
  put(workspaceId: WorkspaceId, { id, facts }: Upsert, lists: readonly ListRow[], now: Instant): Put {
    const people = this.of(workspaceId);
    const known = people.get(facts.email);
    const subscriber: Subscriber = known
      ? merged(known, facts, now)
      : {
          ...structuredClone(facts),
          attributes: { ...facts.attributes },
          id,
          workspaceId,
          createdAt: now,
          updatedAt: now,
        };
    people.set(facts.email, subscriber);
    for (const { members, left } of lists) if (!left.has(facts.email)) members.add(facts.email);
    return { subscriber, created: known === undefined };
  }

  withId(workspaceId: WorkspaceId, id: string): Subscriber | undefined {
    return [...this.of(workspaceId).values()].find((one) => one.id === id);
  }

  remove({ id, workspaceId, email }: Subscriber): void {
    for (const { list, members } of this.lists.values()) {
      if (list.workspaceId === workspaceId) members.delete(email);
    }
    this.of(workspaceId).delete(email);
    this.#former.set(id, { workspaceId, email });
  }

  /** Of somebody who is there, or was. */
  addressOf(workspaceId: WorkspaceId, id: string): EmailAddress | undefined {
    const known = this.withId(workspaceId, id) ?? this.#former.get(id);
    return known?.workspaceId === workspaceId ? known.email : undefined;
  }

  /** In order of address, beginning after one: of a list, or of the workspace. */
  ordered(workspaceId: WorkspaceId, among: Iterable<string>, after = ''): Subscriber[] {
    const people = this.of(workspaceId);
    return [...among]
      .filter((email) => email > after)
      .sort()
      .flatMap((email) => people.get(email) ?? []);
  }
}

function merged(
  known: Subscriber,
  { attributes, ...facts }: SubscriberFacts,
  updatedAt: Instant,
): Subscriber {
  const all = mergedAttributes(known.attributes, attributes);
  const faults = attributes === undefined ? [] : faultsOfAttributes(all);
  if (faults[0]) throw new Refusal('validation_failed', faults[0].detail, { faults });
  return { ...known, ...facts, attributes: structuredClone(all), updatedAt };
}

/** One page of what is left of an ordered list. */
export function firstPage<T>(rest: readonly T[], { limit }: PageRequest, keyOf: (row: T) => string): Page<T> {
  const data = rest.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rest.length > limit && last !== undefined ? keyOf(last) : null };
}
