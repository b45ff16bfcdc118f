import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Subscriber, SubscriberFacts, SubscriberId } from '#domain/campaign/model/subscriber.js';

export interface Upsert {
  /** Taken only if the address is new. */
  readonly id: SubscriberId;
  readonly facts: SubscriberFacts;
}

/**
 * The people of all workspaces and the lists they are on.
 *
 * Guarantees: one subscriber per (workspace, address), under any concurrency. `put` makes the person or merges what is said
 * into what is known (attributes key by key), and adds them to the lists, which must be the workspace's own. All of
 * one person's part is one atomic step; a batch is not. Doing it again changes nothing but `updatedAt`.
 * `remove` takes the person off every list in the same step.
 */
export interface Subscribers {
  put(
    workspaceId: WorkspaceId,
    upserts: readonly Upsert[],
    listIds: readonly ListId[],
    now: Instant,
  ): Promise<readonly { readonly subscriber: Subscriber; readonly created: boolean }[]>;
  find(workspaceId: WorkspaceId, id: SubscriberId): Promise<Subscriber | undefined>;
  findByAddress(workspaceId: WorkspaceId, email: EmailAddress): Promise<Subscriber | undefined>;
  /** Replaces the person; false if it is not there. The address cannot change: it is who they are. */
  replace(subscriber: Subscriber): Promise<boolean>;
  remove(workspaceId: WorkspaceId, id: SubscriberId): Promise<boolean>;
  /** In ascending order of address, optionally only one list's members. */
  page(workspaceId: WorkspaceId, listId: ListId | undefined, page: PageRequest): Promise<Page<Subscriber>>;
}
export const Subscribers = Symbol('Subscribers');
