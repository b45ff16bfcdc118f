import { notFound } from '#domain/kernel/refusal.js';
import {
  type InboxCounts,
  type InboxItem,
  type InboxState,
  inboxStates,
  readingOf,
} from '#domain/communication/model/inbox-item.js';
import { type Db, sqliteStore } from '../engine/store.js';
import { newestOf, type Numbered } from './newest-first.js';

/** `state` is the place in {@link inboxStates}, where a later one is a step forward. */
export interface InboxRow extends Numbered {
  readonly state: number;
  readonly seen_at: number | null;
  readonly read_at: number | null;
  readonly archived_at: number | null;
  readonly body: string;
}

interface One {
  readonly workspace: string;
  readonly id: string;
}

function changing({ id, workspaceId: workspace, state, seenAt, readAt, archivedAt }: InboxItem) {
  return {
    id,
    workspace,
    state: inboxStates.indexOf(state),
    seenAt: seenAt ?? null,
    readAt: readAt ?? null,
    archivedAt: archivedAt ?? null,
  };
}

function put(db: Db, { items }: { items: readonly InboxItem[] }): InboxRow[] {
  for (const item of items) {
    const { userId: user, deliveryId: delivery } = item;
    tellIf(db, db.run('put', { ...changing(item), user, delivery, body: JSON.stringify(item) }));
  }
  return items.flatMap(
    ({ workspaceId: workspace, deliveryId: delivery }) =>
      db.get<InboxRow>('ofDelivery', { workspace, delivery }) ?? [],
  );
}

function save(db: Db, item: InboxItem): InboxRow {
  const isStep = db.run('advance', changing(item)) > 0;
  tellIf(db, isStep ? 1 : 0);
  const kept = find(db, { workspace: item.workspaceId, id: item.id });
  if (!kept) throw notFound('inbox item');
  if (isStep && item.state === 'read') tellOfReading(db, kept);
  return kept;
}

function tellOfReading(db: Db, { body, read_at: readAt }: InboxRow): void {
  if (readAt === null) return;
  const reading = readingOf({ ...(JSON.parse(body) as InboxItem), readAt });
  if (reading) db.emit(reading, readAt);
}

function find(db: Db, { workspace, id }: One): InboxRow | undefined {
  return db.get<InboxRow>('find', { workspace, id });
}

interface PageArgs {
  readonly workspace: string;
  readonly user: string;
  readonly state: InboxState | undefined;
  readonly before: number;
  readonly limit: number;
}

function page(db: Db, { state, ...range }: PageArgs): InboxRow[] {
  const states = state === undefined ? inboxStates.filter((one) => one !== 'archived') : [state];
  const lists = states.map((one) =>
    db.all<Numbered>('inState', { ...range, state: inboxStates.indexOf(one) }),
  );
  return newestOf(lists, range.limit).flatMap((no) => db.get<InboxRow>('row', { no }) ?? []);
}

function counts(db: Db, { workspace, user }: { workspace: string; user: string }): InboxCounts {
  const [unseen, seen] = (['unseen', 'seen'] as const).map((state) => {
    const where = { workspace, user, state: inboxStates.indexOf(state) };
    return db.get<{ count: number }>('countInState', where)?.count ?? 0;
  });
  return { unseen: unseen ?? 0, unread: (unseen ?? 0) + (seen ?? 0) };
}

/** The number it was given is nobody else's from now on. */
function tellIf(db: Db, changed: number): void {
  if (changed === 0) return;
  db.run('changed', {});
  db.signal('inbox');
}

function changesSince(db: Db, args: { change: number; limit: number }): (InboxRow & { change: number })[] {
  return db.all('since', args);
}

function lastChange(db: Db): number {
  return db.get<{ last: number }>('lastChange', {})?.last ?? 0;
}

export const inboxStore = sqliteStore({
  name: 'inbox',
  sql: new URL('./inbox.sql', import.meta.url),
  writes: { put, save },
  reads: { find, page, counts, changesSince, lastChange },
});
