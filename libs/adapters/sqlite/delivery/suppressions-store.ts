import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Suppression } from '#domain/delivery/model/suppression.js';
import { type Db, sqliteStore } from '../engine/store.js';

type Row = Omit<Suppression, 'workspaceId'>;

function add(db: Db, suppression: Suppression): Suppression {
  const { workspaceId, address, scope, id, reason, at } = suppression;
  db.run('insert', { workspace: workspaceId, address, scope, id, reason, at });
  const row = db.get<Row>('find', { workspace: workspaceId, address, scope });
  return row ? { ...row, workspaceId } : suppression;
}

function remove(db: Db, args: { workspace: string; id: string }): boolean {
  return db.run('remove', args) > 0;
}

interface PageArgs {
  readonly workspace: WorkspaceId;
  readonly address: string | undefined;
  readonly after: readonly [address: string, scope: string];
  readonly limit: number;
}

function page(db: Db, args: PageArgs): Suppression[] {
  const [afterAddress, afterScope] = args.after;
  const { workspace, limit } = args;
  const rows =
    args.address === undefined
      ? db.all<Row>('page', { workspace, afterAddress, afterScope, limit })
      : db.all<Row>('pageOfAddress', { workspace, address: args.address, afterScope, limit });
  return rows.map((row) => ({ ...row, workspaceId: workspace }));
}

export const suppressionsStore = sqliteStore({
  name: 'suppressions',
  sql: new URL('./suppressions.sql', import.meta.url),
  writes: { add, remove },
  reads: { page },
});
