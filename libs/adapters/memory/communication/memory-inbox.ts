import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { notFound } from '#domain/kernel/refusal.js';
import {
  type InboxCounts,
  type InboxItem,
  inboxStates,
  readingOf,
} from '#domain/communication/model/inbox-item.js';
import type { Inbox, InboxQuery } from '#ports/communication/inbox.js';
import { MemoryOutbox } from '../events/memory-outbox.js';
import { newestFirst, type Numbered } from './newest-first.js';

interface Row extends Numbered {
  item: InboxItem;
}

export class MemoryInbox implements Inbox {
  /** By id, in the order in which they were put. */
  readonly #rows = new Map<string, Row>();
  readonly #byDelivery = new Map<string, Row>();
  readonly #listeners = new Set<() => void>();
  readonly #outbox: MemoryOutbox;

  constructor(outbox = new MemoryOutbox()) {
    this.#outbox = outbox;
  }

  async put(items: readonly InboxItem[]): Promise<readonly InboxItem[]> {
    const known = this.#rows.size;
    const kept = items.map((item) => this.#keep(structuredClone(item)).item);
    if (this.#rows.size > known) for (const wake of this.#listeners) wake();
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

  onPut(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  async putSince(id: string | undefined, limit: number): Promise<readonly InboxItem[]> {
    const after = id === undefined ? 0 : this.#rows.get(id)?.no;
    if (after === undefined) throw notFound('inbox item');
    return [...this.#rows.values()].slice(after, after + limit).map(({ item }) => item);
  }

  async newest(): Promise<string | undefined> {
    return [...this.#rows.keys()].at(-1);
  }

  #keep(item: InboxItem): Row {
    const delivery = JSON.stringify([item.workspaceId, item.deliveryId]);
    const known = this.#byDelivery.get(delivery);
    if (known) return known;
    const row = { no: this.#rows.size + 1, item };
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
