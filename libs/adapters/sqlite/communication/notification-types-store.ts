import type { NotificationType } from '#domain/communication/model/notification-type.js';
import { type Db, sqliteStore } from '../engine/store.js';

interface BodyRow {
  readonly body: string;
}

interface Name {
  readonly workspace: string;
  readonly type: string;
}

const typeOf = (row: BodyRow): NotificationType => JSON.parse(row.body) as NotificationType;

function insert(db: Db, type: NotificationType): 'inserted' | 'exists' {
  const { workspaceId, type: name, revision } = type;
  const row = { workspace: workspaceId, type: name, revision, body: JSON.stringify(type) };
  return db.run('insert', row) > 0 ? 'inserted' : 'exists';
}

function save(
  db: Db,
  { before, after }: { before: NotificationType; after: NotificationType },
): 'saved' | 'conflict' {
  const changed = db.run('save', {
    workspace: before.workspaceId,
    type: before.type,
    revisionBefore: before.revision,
    revision: after.revision,
    body: JSON.stringify(after),
  });
  return changed > 0 ? 'saved' : 'conflict';
}

function remove(db: Db, { workspace, type }: Name): boolean {
  if (db.run('remove', { workspace, type }) === 0) return false;
  db.run('rememberRemoved', { workspace, type });
  return true;
}

function wasRemoved(db: Db, { workspace, type }: Name): boolean {
  return db.get('wasRemoved', { workspace, type }) !== undefined;
}

function find(db: Db, { workspace, type }: Name): NotificationType | undefined {
  const row = db.get<BodyRow>('find', { workspace, type });
  return row && typeOf(row);
}

function page(db: Db, args: { workspace: string; after: string; limit: number }): NotificationType[] {
  return db.all<BodyRow>('page', args).map(typeOf);
}

export const notificationTypesStore = sqliteStore({
  name: 'notification-types',
  sql: new URL('./notification-types.sql', import.meta.url),
  writes: { insert, save, remove },
  reads: { find, page, wasRemoved },
});
