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
import type { Clock } from '#ports/system/clock.js';
import { batchesOf, MOST_BYTES_AT_ONCE } from '../engine/batches.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import type { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import {
  bodyOf,
  type CountItem,
  counting,
  countPlace,
  type DeliveryGuard,
  itemOf,
  itemPlace,
  listOf,
  puts,
  stepOf,
  steppedTo,
  type StoredItem,
  WRITES_OF_ITEM,
} from './inbox-items.js';
import { InboxLog, readCursor, writeCursor } from './inbox-log.js';
import { newestOf, type Placed, placeBefore } from './newest-first.js';

/** Items put in one transaction: each with its three writes, its entry in the log, and its user's counts. */
const PUT_AT_ONCE = 19;

interface Incoming {
  readonly item: InboxItem;
  readonly body: string;
}

export class DynamoInbox implements Inbox {
  readonly #table: DynamoTable;
  readonly #outbox: DynamoOutbox;
  readonly #log: InboxLog;
  readonly #listeners = new Set<() => void>();

  constructor(table: DynamoTable, outbox: DynamoOutbox, clock: Clock) {
    this.#table = table;
    this.#outbox = outbox;
    this.#log = new InboxLog(table, clock);
  }

  async put(items: readonly InboxItem[]): Promise<readonly InboxItem[]> {
    const distinct = new Map<string, Incoming>();
    for (const item of items)
      if (!distinct.has(nameOf(item))) distinct.set(nameOf(item), { item, body: bodyOf(item) });
    const batches = batchesOf(
      [...distinct.values()],
      [
        { most: PUT_AT_ONCE, weightOf: () => 1 },
        { most: MOST_BYTES_AT_ONCE, weightOf: ({ body }) => Buffer.byteLength(body) },
      ],
    );
    const kept = new Map<string, InboxItem>();
    for (const batch of batches) for (const item of await this.#putSome(batch)) kept.set(nameOf(item), item);
    return items.flatMap((item) => kept.get(nameOf(item)) ?? []);
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<InboxItem | undefined> {
    const row = await this.#table.get<StoredItem>(itemPlace(workspaceId, id));
    return row && itemOf(row);
  }

  async save(item: InboxItem): Promise<InboxItem> {
    for (;;) {
      const row = await this.#table.get<StoredItem>(itemPlace(item.workspaceId, item.id));
      if (!row) throw notFound('inbox item');
      const stored = itemOf(row);
      const next = steppedTo(stored, item);
      if (!next) return stored;
      const reading = next.state === 'read' ? readingOf(next) : undefined;
      const saved = await this.#log.commit(row.log, [next], (change) => [
        ...stepOf(row, next, change),
        ...counting([{ item: next, from: row.state }]),
        ...(reading ? [this.#outbox.entry(reading, next.readAt ?? 0)] : []),
      ]);
      if (saved.kind === 'refused') continue;
      if (reading) this.#outbox.appended();
      this.wake();
      return next;
    }
  }

  /** From state to state in the order in which items go: one that moves on meanwhile is met later, and not missed. */
  async page(
    workspaceId: WorkspaceId,
    userId: string,
    { state }: InboxQuery,
    { limit, after }: PageRequest,
  ): Promise<Page<InboxItem>> {
    const before = placeBefore(after);
    const states = state === undefined ? inboxStates.filter((one) => one !== 'archived') : [state];
    const lists: Placed[][] = [];
    for (const one of states) {
      const pk = listOf(workspaceId, userId, one);
      const range = { pk, descending: true, limit: limit + 2, ...(before !== undefined && { to: before }) };
      lists.push(await this.#table.list<Placed>(range));
    }
    const { data, next } = newestOf(lists, before, limit);
    const found = await this.#items(data.map(({ id }) => ({ workspaceId, id })));
    const rows = new Map(found.map((row) => [row.id, row]));
    return {
      data: data
        .flatMap(({ id }) => rows.get(id) ?? [])
        .filter((row) => states.includes(row.state))
        .map(itemOf),
      next,
    };
  }

  async counts(workspaceId: WorkspaceId, userId: string): Promise<InboxCounts> {
    const counts = await this.#table.get<CountItem>(countPlace(workspaceId, userId));
    return { unseen: counts?.unseen ?? 0, unread: counts?.unread ?? 0 };
  }

  onChanged(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  async changesSince(cursor: string, limit: number): Promise<InboxChanges> {
    const at = readCursor(cursor);
    const items: InboxItem[] = [];
    for (;;) {
      const entries = await this.#log.after(at, limit);
      const rows = await this.#items(entries);
      const byChange = new Map(rows.map((row) => [`${row.log} ${row.change}`, row]));
      for (const { log, no } of entries) {
        if (items.length >= limit) break;
        at[log] = no;
        // One that has changed again since stands where it changed last.
        const row = byChange.get(`${log} ${no}`);
        if (row) items.push(itemOf(row));
      }
      if (items.length >= limit || entries.length < limit) return { items, cursor: writeCursor(at) };
    }
  }

  async lastChange(): Promise<string> {
    return writeCursor(await this.#log.last());
  }

  /** Those that are new are put, of the others what is kept is answered. */
  async #putSome(incoming: readonly Incoming[]): Promise<InboxItem[]> {
    const known: { workspaceId: string; id: string }[] = [];
    for (let fresh = incoming; fresh.length > 0;) {
      const log = this.#log.choose();
      const changed = fresh.map(({ item }) => item);
      const put = await this.#log.commit(log, changed, (first) => [
        ...fresh.flatMap(({ item, body }, i) => puts(item, body, log, first + i)),
        ...counting(changed.map((item) => ({ item, from: undefined }))),
      ]);
      if (put.kind === 'done') {
        this.wake();
        return [...changed, ...(await this.#items(known)).map(itemOf)];
      }
      const refused = new Set<number>();
      for (const [at, guard] of put.by) {
        const place = Math.floor(at / WRITES_OF_ITEM);
        const item = fresh[place]?.item;
        if (!item) continue;
        refused.add(place);
        if (at % WRITES_OF_ITEM === 0 && guard)
          known.push({ workspaceId: item.workspaceId, id: (guard as DeliveryGuard & typeof guard).id });
      }
      fresh = fresh.filter((_, i) => !refused.has(i));
    }
    return (await this.#items(known)).map(itemOf);
  }

  #items(of: readonly { readonly workspaceId: string; readonly id: string }[]): Promise<StoredItem[]> {
    const places = new Map(
      of.map(({ workspaceId, id }) => [itemPlace(workspaceId, id).pk, itemPlace(workspaceId, id)]),
    );
    return this.#table.getAll<StoredItem>([...places.values()]);
  }

  /** Somebody has written something, perhaps in another process. */
  wake(): void {
    for (const wake of [...this.#listeners]) wake();
  }
}

function nameOf({ workspaceId, deliveryId }: InboxItem): string {
  return JSON.stringify([workspaceId, deliveryId]);
}
