import type { Instant } from '#domain/kernel/brand.js';
import type { Absence } from '#domain/chat/model/absence.js';
import { type Db, sqliteStore } from '../engine/store.js';

export interface AbsenceRow {
  readonly user_id: string;
  readonly id: string;
  readonly began_at: Instant;
  readonly state: Absence['state'];
  readonly told: string;
}

interface BeginArgs {
  readonly workspace: string;
  readonly user: string;
  readonly id: string;
  readonly beganAt: Instant;
  readonly state: Absence['state'];
  readonly told: string;
}

function begin(db: Db, args: BeginArgs): AbsenceRow | undefined {
  const { workspace, user } = args;
  db.run('begin', { ...args });
  return db.get<AbsenceRow>('find', { workspace, user });
}

function tell(db: Db, args: { workspace: string; user: string; id: string; told: string }): null {
  db.run('tell', args);
  return null;
}

function end(db: Db, args: { workspace: string; user: string; id: string }): null {
  db.run('end', args);
  return null;
}

function of(db: Db, { workspace, users }: { workspace: string; users: readonly string[] }): AbsenceRow[] {
  return users.flatMap((user) => db.get<AbsenceRow>('find', { workspace, user }) ?? []);
}

export const absencesStore = sqliteStore({
  name: 'chat-absences',
  sql: new URL('./absences.sql', import.meta.url),
  writes: { begin, tell, end },
  reads: { of },
});
