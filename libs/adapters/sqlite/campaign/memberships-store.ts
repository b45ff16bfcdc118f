import { type Membership, MOST_MEMBERSHIPS } from '#ports/campaign/memberships.js';
import { type Db, sqliteStore } from '../engine/store.js';

interface Whose {
  readonly workspace: string;
  readonly email: string;
}

function of(db: Db, { workspace, email }: Whose): Membership[] {
  return db.all<Membership>('of', { workspace, email, limit: MOST_MEMBERSHIPS });
}

function leave(db: Db, { workspace, email, list, at }: Whose & { list: string; at: number }): null {
  const no = listNo(db, workspace, list);
  if (no === undefined || db.run('leave', { no, email }) === 0) return null;
  db.run('keepLeft', { no, email, at });
  db.run('countMembers', { no, change: -1 });
  return null;
}

function rejoin(db: Db, { workspace, email, list }: Whose & { list: string }): null {
  const no = listNo(db, workspace, list);
  if (no === undefined || db.run('forgetLeft', { no, email }) === 0) return null;
  const change = db.run('join', { no, workspace, email });
  if (change > 0) db.run('countMembers', { no, change });
  return null;
}

function listNo(db: Db, workspace: string, list: string): number | undefined {
  return db.get<{ no: number }>('listNo', { workspace, list })?.no;
}

export const membershipsStore = sqliteStore({
  name: 'memberships',
  sql: new URL('./memberships.sql', import.meta.url),
  writes: { leave, rejoin },
  reads: { of },
});
