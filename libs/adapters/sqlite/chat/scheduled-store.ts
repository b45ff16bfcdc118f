import type { Instant } from '#domain/kernel/brand.js';
import type { ScheduledState } from '#domain/chat/model/scheduled-message.js';
import { type Db, sqliteStore } from '../engine/store.js';

export interface ScheduledRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly conversation_id: string;
  readonly sender_id: string;
  readonly text: string;
  readonly mentions: string;
  readonly reply_to: string | null;
  readonly attachments: string | null;
  readonly send_at: Instant;
  readonly created_at: Instant;
  readonly state: ScheduledState;
  readonly refusal: string | null;
}

export interface PutScheduledArgs {
  readonly id: string;
  readonly workspace: string;
  readonly conversation: string;
  readonly sender: string;
  readonly text: string;
  readonly mentions: string;
  readonly replyTo: string | null;
  readonly attachments: string | null;
  readonly sendAt: Instant;
  readonly createdAt: Instant;
  readonly most: number;
}

export interface ReviseScheduledArgs {
  readonly workspace: string;
  readonly id: string;
  readonly text: string | null;
  readonly mentions: string | null;
  readonly sendAt: Instant | null;
}

export type TakenRow =
  | { readonly kind: 'taken'; readonly row: ScheduledRow }
  | { readonly kind: 'early'; readonly sendAt: Instant };

const rowOf = (db: Db, id: string): ScheduledRow | undefined => db.get<ScheduledRow>('find', { id });

function put(db: Db, args: PutScheduledArgs): boolean {
  return rowOf(db, args.id) !== undefined || db.run('put', { ...args }) > 0;
}

function untaken(db: Db, workspace: string, id: string): ScheduledRow | undefined {
  const row = rowOf(db, id);
  return row?.workspace_id === workspace && row.state !== 'sending' ? row : undefined;
}

function revise(db: Db, { workspace, ...change }: ReviseScheduledArgs): ScheduledRow | undefined {
  if (!untaken(db, workspace, change.id)) return undefined;
  db.run('revise', change);
  return rowOf(db, change.id);
}

function remove(db: Db, { workspace, id }: { workspace: string; id: string }): ScheduledRow | undefined {
  const row = untaken(db, workspace, id);
  if (row) db.run('remove', { id });
  return row;
}

function take(db: Db, { id, now }: { id: string; now: Instant }): TakenRow | undefined {
  const row = rowOf(db, id);
  if (!row || row.state === 'refused') return undefined;
  if (row.send_at > now) return { kind: 'early', sendAt: row.send_at };
  db.run('take', { id });
  return { kind: 'taken', row: { ...row, state: 'sending' } };
}

function settle(db: Db, { id, refusal }: { id: string; refusal: string | null }): null {
  if (refusal === null) db.run('remove', { id });
  else db.run('refuse', { id, refusal });
  return null;
}

function find(db: Db, { workspace, id }: { workspace: string; id: string }): ScheduledRow | undefined {
  const row = rowOf(db, id);
  return row?.workspace_id === workspace ? row : undefined;
}

function ofSender(db: Db, args: { workspace: string; sender: string }): ScheduledRow[] {
  return db.all<ScheduledRow>('ofSender', args);
}

export const scheduledStore = sqliteStore({
  name: 'chat-scheduled',
  sql: new URL('./scheduled.sql', import.meta.url),
  writes: { put, revise, remove, take, settle },
  reads: { find, ofSender },
});
