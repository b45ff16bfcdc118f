import { type Db, sqliteStore } from '../engine/store.js';
import { conversationReads, conversationWrites } from './conversation-procedures.js';
import { logReads, logWrites } from './log-procedures.js';

interface BlockArgs {
  readonly workspace: string;
  readonly user: string;
  readonly blocked: string;
}

function putBlock(db: Db, args: BlockArgs): null {
  db.run('putBlock', { ...args });
  return null;
}

function removeBlock(db: Db, args: BlockArgs): null {
  db.run('removeBlock', { ...args });
  return null;
}

function blockedBy(db: Db, args: { workspace: string; user: string }): string[] {
  return db.all<{ blocked: string }>('blockedBy', args).map(({ blocked }) => blocked);
}

function isBlocked(db: Db, args: { workspace: string; one: string; other: string }): boolean {
  return db.get('isBlocked', args) !== undefined;
}

function blockedAmong(
  db: Db,
  { workspace, user, others }: { workspace: string; user: string; others: readonly string[] },
): string[] {
  return others.filter((other) => isBlocked(db, { workspace, one: user, other }));
}

export const chatStore = sqliteStore({
  name: 'chat',
  sql: new URL('./chat.sql', import.meta.url),
  writes: { ...conversationWrites, ...logWrites, putBlock, removeBlock },
  reads: { ...conversationReads, ...logReads, blockedBy, isBlocked, blockedAmong },
});
