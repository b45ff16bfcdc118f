import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** Resolves when the row is durable. */
export interface RowStore {
  insert(id: string, body: string): Promise<void>;
  close(): Promise<void>;
}

/** The same settings as Posthorn's: an answer is given when its commit is on the disk. */
export function openRows(file: string): { db: DatabaseSync; insert: StatementSync } {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192;
           CREATE TABLE notifications (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;`);
  return { db, insert: db.prepare('INSERT INTO notifications (id, body) VALUES (?, ?)') };
}

/** One transaction for all of them. */
export function commitRows(
  { db, insert }: ReturnType<typeof openRows>,
  rows: readonly (readonly [id: string, body: string])[],
): void {
  db.exec('BEGIN IMMEDIATE');
  for (const [id, body] of rows) insert.run(id, body);
  db.exec('COMMIT');
}

/** Whatever is asked in one turn of the loop shares a commit, which the loop waits for. */
export class GroupCommits implements RowStore {
  readonly #rows: ReturnType<typeof openRows>;
  #gathered: { readonly row: readonly [string, string]; readonly resolve: () => void }[] = [];

  private constructor(file: string) {
    this.#rows = openRows(file);
  }

  static over(file: string): GroupCommits {
    return new GroupCommits(file);
  }

  insert(id: string, body: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#gathered.length === 0) setImmediate(() => this.#commit());
      this.#gathered.push({ row: [id, body], resolve });
    });
  }

  close(): Promise<void> {
    this.#rows.db.close();
    return Promise.resolve();
  }

  #commit(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    commitRows(
      this.#rows,
      gathered.map(({ row }) => row),
    );
    for (const { resolve } of gathered) resolve();
  }
}
