import { notificationStatuses } from '#domain/communication/model/notification.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { NotificationQuery } from '#ports/communication/notifications.js';
import { type Db, sqliteStore, type SqlValue } from '../engine/store.js';
import { newestOf, type Numbered } from './newest-first.js';
import { acceptWithin } from './quota-procedures.js';

/** JSON is made and read by whoever asks: everybody waits for the storage threads. */
export interface NotificationRow extends Numbered {
  readonly status: string;
  readonly due_at: number | null;
  readonly revision: number;
  readonly updated_at: number;
  readonly spec: string;
  readonly progress: string;
}

/** @param args.rows the values of `accept` in its order */
function accept(db: Db, { rows }: { rows: readonly (readonly SqlValue[])[] }): { kept: number } {
  const kept = db.runEach('accept', rows);
  if (kept > 0) db.signal('notifications');
  return { kept };
}

export interface SaveArgs {
  readonly id: string;
  readonly workspace: string;
  readonly key: string | null;
  readonly revisionBefore: number;
  readonly revision: number;
  readonly status: string;
  readonly dueAt: number | null;
  readonly blocks: 0 | 1;
  readonly updatedAt: number;
  readonly progress: string;
  /** Due earlier than it was. */
  readonly sooner: boolean;
  readonly changed: IntegrationEvent | undefined;
}

function save(db: Db, { key, sooner, changed, ...row }: SaveArgs): 'saved' | 'conflict' {
  if (db.run('save', row) === 0) return 'conflict';
  if (changed) db.emit(changed, row.updatedAt);
  const released =
    key !== null && row.blocks === 0 ? db.run('release', { workspace: row.workspace, key }) : 0;
  if (sooner || released > 0) db.signal('notifications');
  return 'saved';
}

function due(db: Db, args: { lane: string; limit: number; now: number }): NotificationRow[] {
  return db.all<NotificationRow>('due', args);
}

function nextDueAt(db: Db, args: { lane: string; now: number }): number | undefined {
  return db.get<{ at: number }>('nextDueAt', args)?.at;
}

function find(db: Db, args: { workspace: string; id: string }): NotificationRow | undefined {
  return db.get<NotificationRow>('find', args);
}

interface PageArgs {
  readonly workspace: string;
  readonly query: NotificationQuery;
  readonly before: number;
  readonly limit: number;
}

function page(db: Db, args: PageArgs): NotificationRow[] {
  return newestOf(listsFor(db, args), args.limit).flatMap(
    (no) => db.get<NotificationRow>('row', { no }) ?? [],
  );
}

function listsFor(db: Db, { workspace, query, before, limit }: PageArgs): Numbered[][] {
  const { type, status, userId: user } = query;
  const range = { workspace, before, limit };
  if (user !== undefined) {
    return [db.all<Numbered>('ofUser', { ...range, user, type: type ?? null, status: status ?? null })];
  }
  const statuses = status === undefined ? notificationStatuses : [status];
  return statuses.map((one) =>
    type === undefined
      ? db.all<Numbered>('inStatus', { ...range, status: one })
      : db.all<Numbered>('ofTypeInStatus', { ...range, type, status: one }),
  );
}

export const notificationsStore = sqliteStore({
  name: 'notifications',
  sql: new URL('./notifications.sql', import.meta.url),
  writes: { accept, acceptWithin, save },
  reads: { due, nextDueAt, find, page },
});
