import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { notFound } from '#domain/kernel/refusal.js';
import {
  type InboxCounts,
  type InboxItem,
  inboxStates,
  readingOf,
} from '#domain/communication/model/inbox-item.js';
import type { Inbox, InboxChanges, InboxQuery } from '#ports/communication/inbox.js';
import { MemoryOutbox } from '../events/memory-outbox.js';
import { newestFirst, type Numbered } from './newest-first.js';

interface Row extends Numbered {
  item: InboxItem;
  change: number;
}

export class MemoryInbox implements Inbox {
  /** By id, in the order in which they were put. */
  readonly #rows = new Map<string, Row>();
  readonly #byDelivery = new Map<string, Row>();
  readonly #listeners = new Set<() => void>();
  readonly #outbox: MemoryOutbox;
  #lastChange = 0;

  constructor(outbox = new MemoryOutbox()) {
    this.#outbox = outbox;
  }

  async put(items: readonly InboxItem[]): Promise<readonly InboxItem[]> {
    const known = this.#rows.size;
    const kept = items.map((item) => this.#keep(structuredClone(item)).item);
    if (this.#rows.size > known) this.#wake();
    return kept;
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<InboxItem | undefined> {
    return this.#row(workspaceId, id)?.item;
  }

  async save(item: InboxItem): Promise<InboxItem> {
    const row = this.#row(item.workspaceId, item.id);
    if (!row) throw notFound('inbox item');
    if (inboxStates.indexOf(item.state) > inboxStates.indexOf(row.item.state)) {
      // What was known of it before stays: one who reads it may not know that it was seen on another screen.
      const { seenAt, readAt, archivedAt } = { ...item, ...row.item };
      row.item = {
        ...row.item,
        state: item.state,
        ...(seenAt !== undefined && { seenAt }),
        ...(readAt !== undefined && { readAt }),
        ...(archivedAt !== undefined && { archivedAt }),
      };
      const reading = item.state === 'read' ? readingOf(row.item) : undefined;
      if (reading) this.#outbox.append(reading, row.item.readAt ?? 0);
      row.change = this.#lastChange += 1;
      this.#wake();
    }
    return row.item;
  }

  async page(
    workspaceId: WorkspaceId,
    userId: string,
    { state }: InboxQuery,
    page: PageRequest,
  ): Promise<Page<InboxItem>> {
    const rows = this.#of(workspaceId, userId).filter(({ item }) =>
      state === undefined ? item.state !== 'archived' : item.state === state,
    );
    const { data, next } = newestFirst(rows, page);
    return { data: data.map(({ item }) => item), next };
  }

  async counts(workspaceId: WorkspaceId, userId: string): Promise<InboxCounts> {
    const states = this.#of(workspaceId, userId).map(({ item }) => item.state);
    const unseen = states.filter((state) => state === 'unseen').length;
    return { unseen, unread: unseen + states.filter((state) => state === 'seen').length };
  }

  onChanged(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  async changesSince(cursor: string, limit: number): Promise<InboxChanges> {
    const rows = [...this.#rows.values()]
      .filter(({ change }) => change > Number(cursor))
      .sort((a, b) => a.change - b.change)
      .slice(0, limit);
    return { items: rows.map(({ item }) => item), cursor: String(rows.at(-1)?.change ?? cursor) };
  }

  async lastChange(): Promise<string> {
    return String(this.#lastChange);
  }

  #wake(): void {
    for (const wake of this.#listeners) wake();
  }

  #keep(item: InboxItem): Row {
    const delivery = JSON.stringify([item.workspaceId, item.deliveryId]);
    const known = this.#byDelivery.get(delivery);
    if (known) return known;
    const row = { no: this.#rows.size + 1, item, change: (this.#lastChange += 1) };
    this.#rows.set(item.id, row);
    this.#byDelivery.set(delivery, row);
    return row;
  }

  #row(workspaceId: WorkspaceId, id: string): Row | undefined {
    const row = this.#rows.get(id);
    return row?.item.workspaceId === workspaceId ? row : undefined;
  }

  #of(workspaceId: WorkspaceId, userId: string): Row[] {
    return [...this.#rows.values()].filter(
      ({ item }) => item.workspaceId === workspaceId && item.userId === userId,
    );
  }
}
