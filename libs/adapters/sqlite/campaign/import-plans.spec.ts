import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate, readMigrations } from '../engine/migrate.js';
import { readQueries } from '../engine/queries.js';
import { subscribersStore } from './subscribers-store.js';

/** SQLite's words for how it will go about a statement, https://sqlite.org/eqp.html */
describe('What an import asks of the database', () => {
  let db: DatabaseSync;
  const queries = readQueries(subscribersStore.sql);
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    migrate(db, readMigrations(new URL('../migrations/', import.meta.url)));
  });
  afterEach(() => db.close());

  const planOf = (name: string): string[] => {
    const sql = queries.get(name);
    if (sql === undefined) throw new Error(`No query is named ${name}.`);
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
    return steps.map(({ detail }) => detail);
  };

  it('finds known addresses one by one, and never looks through everybody for them', () => {
    const [first = '', second = '', ...more] = planOf('knownAmong');
    expect(first).toMatch(/^SCAN emails VIRTUAL TABLE/);
    expect(second).toMatch(/^SEARCH s USING INDEX subscribers_by_email \(workspace_id=\? AND email=\?/);
    expect(more).toEqual([]);
  });

  it('joins the new ones to a list by their numbers', () => {
    const [first, ...others] = planOf('joinNew');
    expect(first).toBe('SEARCH s USING INTEGER PRIMARY KEY (rowid>?)');
    // And asks of each whether they had left: by the key of that table.
    expect(others.at(-1)).toBe('SEARCH f USING PRIMARY KEY (list_no=? AND email=?)');
  });

  it.each([...queries.keys()].filter((name) => name !== 'knownAmong'))(
    'reads no whole table for %s',
    (name) => {
      const scans = planOf(name).filter((step) => step.startsWith('SCAN'));
      const harmless = ['SCAN imports USING INDEX imports_unfinished', 'SCAN CONSTANT ROW'];
      // An index of nothing but what is unfinished may be read from its beginning.
      expect(scans.filter((step) => !harmless.includes(step))).toEqual([]);
    },
  );
});
