import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { type CheckpointThreadOptions, word } from './checkpoints.js';

/**
 * Folds the write-ahead log into the database while the writer goes on writing to it: a passive checkpoint waits for nobody,
 * and nobody for it.
 */
const { file, shared } = workerData as CheckpointThreadOptions;
const said = new Int32Array(shared);
const db = new DatabaseSync(file, { timeout: 0 });
db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -64');
const fold = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
for (;;) {
  Atomics.wait(said, 0, word.idle);
  if (Atomics.load(said, 0) === word.leave) break;
  try {
    fold.get();
  } catch {
    // The disk is full, say: the writer meets the same trouble, and tells somebody who waits for an answer.
  }
  Atomics.compareExchange(said, 0, word.asked, word.idle);
}
db.close();
Atomics.store(said, 0, word.gone);
Atomics.notify(said, 0);
