import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { InboxCounts, InboxItem, InboxState } from '#domain/communication/model/inbox-item.js';

export interface InboxQuery {
  /** Only these; undefined for all but the archived ones. */
  readonly state?: InboxState;
}

export interface InboxChanges {
  readonly items: readonly InboxItem[];
  /** Behind the last of them. */
  readonly cursor: string;
}

/**
 * What lies in the users' inboxes.
 *
 * Guarantees: `put` is durable when it resolves; an item whose delivery is known already is left as it is, so putting again
 * after a crash makes no second one, and both calls answer the item that is kept. `save` keeps a state only if it is a step
 * forward of what is stored then; with the step to `read` the outbox has, in the same transaction, that its delivery was read:
 * once, however many screens say so. Pages are newest first. `counts` equals what `page` would show at some moment since it
 * was asked. Every putting and every step forward is a change; `changesSince` answers each item that has changed since, as
 * it is now, in the order of the latest change of each: whoever follows from cursor to cursor misses none, and sees one that
 * changed twice in between once. `onChanged` is a hint to look, and may be missed: whoever shows an inbox reads it when it
 * opens.
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
  onChanged(wake: () => void): () => void;
  /** Of all users, the oldest change first. @param cursor of `lastChange`, or of the answer before */
  changesSince(cursor: string, limit: number): Promise<InboxChanges>;
  /** Where to follow from for whoever wants none of the past. */
  lastChange(): Promise<string>;
}
export const Inbox = Symbol('Inbox');
