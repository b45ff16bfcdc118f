import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate, readMigrations } from '../engine/migrate.js';
import { readQueries } from '../engine/queries.js';
import { inboxStore } from './inbox-store.js';
import { notificationTypesStore } from './notification-types-store.js';
import { notificationsStore } from './notifications-store.js';
import { profilesStore } from './profiles-store.js';

/** SQLite's words for how it will go about a statement, https://sqlite.org/eqp.html */
describe('What notifications ask of the database', () => {
  let db: DatabaseSync;
  const queries = readQueries(notificationsStore.sql);
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    migrate(db, readMigrations(new URL('../migrations/', import.meta.url)));
  });
  afterEach(() => db.close());

  const planOf = (name: string, among = queries): string[] => {
    const sql = among.get(name);
    if (sql === undefined) throw new Error(`No query is named ${name}.`);
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
    return steps.map(({ detail }) => detail);
  };
  const FIRST_OF_KEY =
    'SEARCH p USING COVERING INDEX notifications_blocking (workspace_id=? AND ordering_key=? AND no<?)';

  it('reads what is due from the front of its lane, and asks once for each whether one of its key is before it', () => {
    const front = 'SEARCH n USING INDEX notifications_due (lane=? AND due_at<?)';
    expect(planOf('due')).toEqual([front, 'CORRELATED SCALAR SUBQUERY 1', FIRST_OF_KEY]);
  });

  it('finds the next time at once, however many wait for it', () => {
    const front = 'SEARCH n USING INDEX notifications_due (lane=? AND due_at>?)';
    expect(planOf('nextDueAt')).toEqual([front, 'CORRELATED SCALAR SUBQUERY 1', FIRST_OF_KEY]);
  });

  it('releases the next of a key by its number', () => {
    const [row, , first] = planOf('release');
    expect(row).toBe('SEARCH notifications USING INTEGER PRIMARY KEY (rowid=?)');
    expect(first).toMatch(
      /^SEARCH notifications USING COVERING INDEX notifications_blocking \(workspace_id=\? AND ordering_key=\?\)/,
    );
  });

  it.each([
    ['inStatus', 'notifications_by_status', 'workspace_id=? AND status=? AND rowid<?'],
    ['ofTypeInStatus', 'notifications_by_type', 'workspace_id=? AND type=? AND status=? AND rowid<?'],
  ])('reads the list %s from an index that holds nothing else', (name, index, terms) => {
    expect(planOf(name)).toEqual([`SEARCH notifications USING COVERING INDEX ${index} (${terms})`]);
  });

  it('reads the list of a user from their notifications only', () => {
    const terms = 'workspace_id=? AND user_id=? AND rowid<?';
    expect(planOf('ofUser')).toEqual([`SEARCH notifications USING INDEX notifications_by_user (${terms})`]);
  });

  it.each(
    [notificationTypesStore, profilesStore, notificationsStore, inboxStore].flatMap(({ name, sql }) => {
      const theirs = readQueries(sql);
      return [...theirs.keys()].map((query) => [name, query, theirs] as const);
    }),
  )('reads no whole table and sorts nothing for %s %s', (_, query, theirs) => {
    expect(planOf(query, theirs).filter((step) => /^SCAN (?!CONSTANT ROW)|TEMP B-TREE/.test(step))).toEqual(
      [],
    );
  });

  it('keeps ten thousand that wait behind one of their key out of what the workers poll', () => {
    const accept = db.prepare(queries.get('accept') ?? '');
    for (let i = 0; i < 10_000; i++) {
      accept.run(
        `ntf_${i}`,
        'wsp_1',
        'standard',
        'receipt',
        null,
        'accepted',
        1000,
        'k',
        1,
        0,
        1000,
        '{}',
        '{}',
      );
    }
    const polled = db.prepare(
      'SELECT id FROM notifications INDEXED BY notifications_due WHERE due_at IS NOT NULL AND behind = 0',
    );
    expect(polled.all()).toEqual([{ id: 'ntf_0' }]);
    db.exec("UPDATE notifications SET blocks = 0 WHERE id = 'ntf_0'");
    db.prepare(queries.get('release') ?? '').run({ workspace: 'wsp_1', key: 'k' });
    expect(polled.all()).toEqual([{ id: 'ntf_0' }, { id: 'ntf_1' }]);
  });
});
