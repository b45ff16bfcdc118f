import type { Instant } from '#domain/kernel/brand.js';
import type { InboxItem, InboxState } from './inbox-item.js';

/** An item as its user's application gets it, the same by REST and by socket. Times in ISO 8601, UTC. */
export interface ShownInboxItem {
  id: string;
  userId: string;
  type: string;
  title: string;
  body: string;
  url: string | null;
  data: Record<string, unknown>;
  state: InboxState;
  createdAt: string;
  seenAt: string | null;
  readAt: string | null;
  archivedAt: string | null;
}

export function shownItem(item: InboxItem): ShownInboxItem {
  const { id, userId, type, title, body, url, data, state } = item;
  return {
    id,
    userId,
    type,
    title,
    body,
    url: url ?? null,
    data,
    state,
    createdAt: new Date(item.createdAt).toISOString(),
    seenAt: timeOf(item.seenAt),
    readAt: timeOf(item.readAt),
    archivedAt: timeOf(item.archivedAt),
  };
}

function timeOf(at: Instant | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
