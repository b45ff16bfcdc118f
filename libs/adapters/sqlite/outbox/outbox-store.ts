import type { IntegrationEvent } from '#domain/kernel/events.js';
import { type Db, sqliteStore } from '../engine/store.js';

export interface OutboxRow {
  readonly seq: number;
  readonly at: number;
  readonly payload: string;
}

export const outboxStore = sqliteStore({
  name: 'outbox',
  sql: new URL('./outbox.sql', import.meta.url),
  writes: {
    /** For an event that tells of no row of its own; whoever changes a row calls `db.emit` beside the change. */
    append: (db: Db, { event, at }: { event: IntegrationEvent; at: number }) => db.emit(event, at),
    told: (db: Db, { seqs }: { seqs: readonly number[] }) => db.run('forget', { seqs: JSON.stringify(seqs) }),
  },
  reads: {
    untold: (db: Db, { limit }: { limit: number }) => db.all<OutboxRow>('untold', { limit }),
  },
});
