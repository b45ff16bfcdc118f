import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate, readMigrations } from '../engine/migrate.js';
import { readQueries } from '../engine/queries.js';
import { ledgerStore } from './ledger-store.js';
import { providerReportsStore } from './provider-reports-store.js';

/** SQLite's words for how it will go about a statement, https://sqlite.org/eqp.html */
describe('What reports ask of a ledger of millions', () => {
  let db: DatabaseSync;
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    migrate(db, readMigrations(new URL('../migrations/', import.meta.url)));
  });
  afterEach(() => db.close());

  const reports = readQueries(providerReportsStore.sql);
  const planOf = (name: string, among = reports): string[] => {
    const sql = among.get(name);
    if (sql === undefined) throw new Error(`No query is named ${name}.`);
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
    return steps.map(({ detail }) => detail);
  };

  it('finds a message by our id in two steps', () => {
    expect(planOf('byId')).toEqual([
      'SEARCH x USING INDEX sqlite_autoindex_dispatches_1 (id=?)',
      'SEARCH d USING INTEGER PRIMARY KEY (rowid=?)',
    ]);
  });

  it('finds a message by the provider’s id in two steps', () => {
    expect(planOf('byMessage')).toEqual([
      'SEARCH d USING INDEX deliveries_by_message (provider_message_id=?)',
      'SEARCH x USING INTEGER PRIMARY KEY (rowid=?)',
    ]);
  });

  it('knows the highest event of a message from the end of its part of an index', () => {
    expect(planOf('highest')).toEqual([
      'SEARCH delivery_events USING COVERING INDEX delivery_events_of_delivery (delivery_key=?)',
    ]);
  });

  it('looks at what was told early, and at nothing else, when a call is settled', () => {
    const [first, second] = planOf('toldEarly', readQueries(ledgerStore.sql));
    expect(first).toMatch(
      /^SEARCH e USING INDEX delivery_events_early \(delivery_key>\? AND delivery_key<\?\)/,
    );
    expect(second).toBe('SEARCH d USING INTEGER PRIMARY KEY (rowid=?)');
  });

  it('steps from workspace to workspace', () => {
    const reads = planOf('workspaces').filter((step) => /^(SCAN|SEARCH) dispatches/.test(step));
    expect(reads).toEqual([
      'SEARCH dispatches USING COVERING INDEX dispatches_by_workspace',
      'SEARCH dispatches USING COVERING INDEX dispatches_by_workspace (workspace_id>?)',
    ]);
  });

  it.each([...reports.keys()])('scans no table of the ledger: %s', (name) => {
    const scans = planOf(name).filter((step) =>
      /^SCAN (d|x|e|dispatches|deliveries|delivery_events|suppressions|opt_outs)\b/.test(step),
    );
    expect(scans).toEqual([]);
  });
});
