import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll } from '@jest/globals';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeProviderReportsContract } from '#ports/delivery/provider-reports.contract.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import type { ReportStores } from '#ports/delivery/testing/reporting.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteOutbox } from '../outbox/sqlite-outbox.js';
import { SqliteDeliveries, SqliteFailedMessages } from './sqlite-deliveries.js';
import { SqliteDispatches } from './sqlite-dispatches.js';
import { SqliteLanes } from './sqlite-lanes.js';
import { SqliteLedger } from './sqlite-ledger.js';
import { SqliteProviderReports } from './sqlite-provider-reports.js';
import { SqliteSuppressions } from './sqlite-suppressions.js';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-reports-'));
let engine: SqliteEngine;
beforeAll(async () => {
  engine = await SqliteEngine.open(folder);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const TABLES = [
  'delivery_events',
  'opt_outs',
  'deliveries',
  'intents',
  'parcels',
  'dispatch_providers',
  'dispatches',
  'suppressions',
  'outbox',
];

/** Starting two threads for each test would take longer than the tests: the tables are emptied instead. */
function emptyTables(): void {
  const db = new DatabaseSync(join(folder, 'posthorn.db'), { timeout: 5000 });
  db.exec(TABLES.map((table) => `DELETE FROM ${table};`).join('\n'));
  db.close();
}

function open(): Promise<ReportStores> {
  emptyTables();
  const { storage } = engine;
  const outbox = new SqliteOutbox(storage);
  const ids = new CountingIds();
  return Promise.resolve({
    dispatches: new SqliteDispatches(storage, new DrivenClock(START)),
    ledger: new SqliteLedger(storage, ids),
    lanes: new SqliteLanes(storage),
    deliveries: new SqliteDeliveries(storage),
    failedMessages: new SqliteFailedMessages(storage),
    suppressions: new SqliteSuppressions(storage),
    reports: new SqliteProviderReports(storage, ids),
    untold: async () => (await outbox.untold(10_000)).map(({ event }) => event),
    close: () => Promise.resolve(),
  });
}

describeProviderReportsContract('SqliteProviderReports', open);
