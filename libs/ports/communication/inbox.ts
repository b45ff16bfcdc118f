import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { InboxCounts, InboxItem, InboxState } from '#domain/communication/model/inbox-item.js';

export interface InboxQuery {
  /** Only these; undefined for all but the archived ones. */
  readonly state?: InboxState;
}

/**
 * What lies in the users' inboxes.
 *
 * Guarantees: `put` is durable when it resolves; an item whose delivery is known already is left as it is, so putting again
 * after a crash makes no second one, and both calls answer the item that is kept. `save` keeps a state only if it is a step
 * forward of what is stored then; with the step to `read` the outbox has, in the same transaction, that its delivery was read:
 * once, however many screens say so. Pages are newest first. `counts` equals what `page` would show at some moment since it
 * was asked. `onPut` is a hint that something was put, perhaps by another process, and may be missed:
 * whoever shows an inbox reads it when it opens.
 */
export interface Inbox {
  put(items: readonly InboxItem[]): Promise<readonly InboxItem[]>;
  find(workspaceId: WorkspaceId, id: string): Promise<InboxItem | undefined>;
  save(item: InboxItem): Promise<InboxItem>;
  page(
    workspaceId: WorkspaceId,
    userId: string,
    query: InboxQuery,
    page: PageRequest,
  ): Promise<Page<InboxItem>>;
  counts(workspaceId: WorkspaceId, userId: string): Promise<InboxCounts>;
  /** Told with the newest item's id at most: look yourself. */
  onPut(wake: () => void): () => void;
  /** Items put after the one with this id, oldest first, of all users: what `onPut` hinted at. */
  putSince(id: string | undefined, limit: number): Promise<readonly InboxItem[]>;
  /** The id of the item put last, of all users: where to follow from for whoever wants none of the past. Undefined if there is none. */
  newest(): Promise<string | undefined>;
}
export const Inbox = Symbol('Inbox');
