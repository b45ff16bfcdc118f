import { type Db, sqliteStore } from '../engine/store.js';

export const storageProbeStore = sqliteStore({
  name: 'storage-probe',
  sql: new URL('./storage-probe.sql', import.meta.url),
  writes: { mark: (db: Db) => db.run('mark') },
  reads: {},
});
