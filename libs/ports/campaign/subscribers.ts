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

/** What became of an {@link Upsert}: the person as they are afterwards. */
export interface Put {
  readonly subscriber: Subscriber;
  readonly created: boolean;
}

/**
 * The people of all workspaces and the lists they are on.
 *
 * Guarantees
 * - One subscriber per (workspace, address), under any concurrency; two who make the same person get the same one.
 * - `put` makes the person or merges what is said into what is known (attributes key by key), and adds them to the lists,
 *   one upsert after the other, in their order. All of one person's part is one atomic step (on DynamoDB for every 45
 *   lists); a batch is not. Doing it again does what a death left undone and changes nothing else but `updatedAt`. It
 *   refuses with `not_found` before anything has changed if a list is not the workspace's own, and with
 *   `validation_failed` the person whose attributes would grow past their limit by the merge.
 * - `remove` takes the person off every list in the same step (on DynamoDB off all but 45 in steps before it). All that
 *   stays of them is the address that the id stood for, for the links in mails they have already: see
 *   `Unsubscribes.addressOf`.
 * - `find` and `findByAddress` see every acknowledged write, `page` may lag behind. Other workspaces' people are not there.
 */
export interface Subscribers {
  put(
    workspaceId: WorkspaceId,
    upserts: readonly Upsert[],
    listIds: readonly ListId[],
    now: Instant,
  ): Promise<readonly Put[]>;
  find(workspaceId: WorkspaceId, id: SubscriberId): Promise<Subscriber | undefined>;
  findByAddress(workspaceId: WorkspaceId, email: EmailAddress): Promise<Subscriber | undefined>;
  /** Replaces all but the address, which is who they are; false if the person is not there. */
  replace(subscriber: Subscriber): Promise<boolean>;
  remove(workspaceId: WorkspaceId, id: SubscriberId): Promise<boolean>;
  /**
   * In ascending order of address, optionally only one list's members.
   * @throws Refusal `not_found` for a list that is not the workspace's
   */
  page(workspaceId: WorkspaceId, listId: ListId | undefined, page: PageRequest): Promise<Page<Subscriber>>;
}
export const Subscribers = Symbol('Subscribers');
