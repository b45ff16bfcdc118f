import { type Db, sqliteStore } from '../engine/store.js';

export interface TimerRow {
  readonly kind: string;
  readonly key: string;
  readonly at: number;
}

export const timersStore = sqliteStore({
  name: 'timers',
  sql: new URL('./timers.sql', import.meta.url),
  writes: {
    set: (db: Db, { kind, key, at }: TimerRow): void => {
      db.run('setTimer', { kind, key, at });
      db.signal('timers');
    },
    cancel: (db: Db, { kind, key }: { kind: string; key: string }) => db.run('cancelTimer', { kind, key }),
    done: (db: Db, { kind, key, at }: TimerRow) => db.run('finishTimer', { kind, key, at }),
  },
  reads: {
    due: (db: Db, { now, limit }: { now: number; limit: number }) =>
      db.all<TimerRow>('dueTimers', { now, limit }),
    next: (db: Db) => db.get<{ at: number | null }>('nextTimer')?.at ?? undefined,
  },
});
