import { readdirSync, readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** Every `NNNN-name.sql` in the folder, in order. A gap or a doubled number is our bug and stops the start. */
export function readMigrations(folder: URL): Migration[] {
  const migrations = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 4)),
      name,
      sql: readFileSync(new URL(name, folder), 'utf8'),
    }));
  migrations.forEach((migration, index) => {
    if (migration.version !== index + 1) throw new Error(`Migration ${migration.name} is out of sequence`);
  });
  return migrations;
}

/**
 * Brings a database forward, one transaction a migration, the version in the same transaction: a process that
 * dies in the middle leaves the version before, and the next start goes on from there.
 */
export function migrate(db: DatabaseSync, migrations: readonly Migration[]): number {
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (row.user_version > migrations.length) {
    throw new Error(
      `The data folder was written by a newer Posthorn (schema ${row.user_version}, this one knows ${migrations.length}).`,
    );
  }
  for (const migration of migrations.slice(row.user_version)) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(migration.sql);
      db.exec(`PRAGMA user_version = ${migration.version}`);
      db.exec('COMMIT');
    } catch (error) {
      // On a full disk SQLite has rolled back by itself.
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
  return migrations.length;
}
