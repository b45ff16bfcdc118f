import type { InboxState } from '#domain/communication/model/inbox-item.js';
import type { PageView } from '../kit/page.view.js';

/** A notification as it lies in a user's inbox. */
export class InboxItemView {
  /** `inb_…` */
  id!: string;
  userId!: string;
  /** The notification's type. */
  type!: string;
  title!: string;
  body!: string;
  /** Where it leads: an http or https URL. */
  url!: string | null;
  /** The notification's data. */
  data!: Record<string, unknown>;
  state!: InboxState;
  /** ISO 8601, UTC; so are the others. */
  createdAt!: string;
  seenAt!: string | null;
  readAt!: string | null;
  archivedAt!: string | null;
}

/** What asks for the user's attention. */
export class InboxCountsView {
  /** Not seen in any list yet. */
  unseen!: number;
  /** Not opened yet: the unseen ones and those that were only seen. */
  unread!: number;
}

export class InboxView {
  /** The newest first. */
  data!: InboxItemView[];
  page!: PageView;
  /** Of the whole inbox, whatever the page shows. */
  counts!: InboxCountsView;
}
