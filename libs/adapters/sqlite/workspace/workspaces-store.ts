import { type Db, type SqlParams, sqliteStore } from '../engine/store.js';

export interface WorkspaceRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: number;
}

interface Founding {
  readonly workspace: SqlParams;
  readonly ownerKey: SqlParams;
}

export const workspacesStore = sqliteStore({
  name: 'workspaces',
  sql: new URL('./workspaces.sql', import.meta.url),
  writes: {
    /** Answers the default workspace there was, or undefined after founding it. */
    found: (db: Db, { workspace, ownerKey }: Founding): WorkspaceRow | undefined => {
      const first = db.get<WorkspaceRow>('firstWorkspace');
      if (first) return { ...first };
      db.run('insertDefault', workspace);
      db.run('insertKey', ownerKey);
      return undefined;
    },
  },
  reads: {
    first: (db: Db) => db.get<WorkspaceRow>('firstWorkspace'),
    find: (db: Db, { id }: { id: string }) => db.get<WorkspaceRow>('findWorkspace', { id }),
  },
});
