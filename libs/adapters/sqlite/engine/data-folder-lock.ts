import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Only one process may use a data folder. The lock is an open exclusive transaction on a tiny database of its
 * own: the operating system frees it when the process dies, however it dies, so no stale lock file is left.
 * @throws Error when another process holds it, or the folder cannot be written
 */
export function lockDataFolder(dataDir: string): () => void {
  const path = join(dataDir, 'lock');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    const reason = String(error);
    const busy = /locked|busy/i.test(reason);
    throw new Error(
      busy
        ? `The data folder ${dataDir} is in use by another Posthorn process.`
        : `The data folder ${dataDir} cannot be written: ${reason}`,
    );
  }
  const held = db;
  let released = false;
  return () => {
    if (released) return;
    released = true;
    held.exec('ROLLBACK');
    held.close();
  };
}
