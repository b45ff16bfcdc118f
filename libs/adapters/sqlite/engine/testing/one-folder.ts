import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll } from '@jest/globals';
import { SqliteEngine } from '../sqlite-engine.js';
import type { SqliteStorage } from '../storage-client.js';

/**
 * One data folder for all tests of a file: starting two threads for each would take longer than the tests. What a test finds is a
 * folder as it is at the first start: every table that was empty then is emptied.
 */
export class OneFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'posthorn-sqlite-'));
  #engine: SqliteEngine | undefined;
  #tables: readonly string[] = [];

  /** At the top of a file of tests. */
  static forThisFile(): OneFolder {
    const folder = new OneFolder();
    beforeAll(() => folder.#open());
    afterAll(() => folder.#close());
    return folder;
  }

  get engine(): SqliteEngine {
    if (!this.#engine) throw new Error('The folder is opened before the first test.');
    return this.#engine;
  }

  emptied(): SqliteStorage {
    const deletions = this.#tables.map((table) => `DELETE FROM ${table};`);
    this.onTheFile((db) => db.exec(['BEGIN IMMEDIATE;', ...deletions, 'COMMIT;'].join('\n')));
    return this.engine.storage;
  }

  /** For what no port of ours can do: an operator's look into the file, or damage to it. */
  onTheFile<T>(act: (db: DatabaseSync) => T): T {
    const file = join(this.path, 'posthorn.db');
    const db = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: false });
    try {
      return act(db);
    } finally {
      db.close();
    }
  }

  async #open(): Promise<void> {
    this.#engine = await SqliteEngine.open(this.path);
    this.#tables = this.onTheFile((db) =>
      db
        .prepare(
          // What a virtual table keeps its own rows in follows its content by triggers.
          `SELECT name FROM pragma_table_list
           WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
        )
        .all()
        .map(({ name }) => String(name))
        .filter((name) => db.prepare(`SELECT 1 FROM ${name}`).get() === undefined),
    );
  }

  async #close(): Promise<void> {
    await this.#engine?.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}
