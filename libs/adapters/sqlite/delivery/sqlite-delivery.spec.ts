import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll } from '@jest/globals';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeDeliveriesContract } from '#ports/delivery/deliveries.contract.js';
import { describeDispatchesContract } from '#ports/delivery/dispatches.contract.js';
import { describeFailedMessagesContract } from '#ports/delivery/failed-messages.contract.js';
import { describeLanesContract } from '#ports/delivery/lanes.contract.js';
import { describeLedgerContract } from '#ports/delivery/ledger.contract.js';
import { describeSuppressionsContract } from '#ports/delivery/suppressions.contract.js';
import { type DeliveryStores, START } from '#ports/delivery/testing/delivery-stores.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteOutbox } from '../outbox/sqlite-outbox.js';
import { SqliteDeliveries, SqliteFailedMessages } from './sqlite-deliveries.js';
import { SqliteDispatches } from './sqlite-dispatches.js';
import { SqliteLanes } from './sqlite-lanes.js';
import { SqliteLedger } from './sqlite-ledger.js';
import { SqliteSuppressions } from './sqlite-suppressions.js';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-delivery-'));
let engine: SqliteEngine;
beforeAll(async () => {
  engine = await SqliteEngine.open(folder);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starting two threads for each of some 250 tests would take longer than the tests: the tables are emptied instead. */
function emptyTables(): void {
  const db = new DatabaseSync(join(folder, 'posthorn.db'), { timeout: 5000 });
  const tables = [
    'deliveries',
    'intents',
    'parcels',
    'dispatch_providers',
    'dispatches',
    'suppressions',
    'outbox',
  ];
  db.exec(tables.map((table) => `DELETE FROM ${table};`).join('\n'));
  db.close();
}

function open(): Promise<DeliveryStores> {
  emptyTables();
  const { storage } = engine;
  const outbox = new SqliteOutbox(storage);
  return Promise.resolve({
    dispatches: new SqliteDispatches(storage, new DrivenClock(START)),
    ledger: new SqliteLedger(storage, new CountingIds()),
    lanes: new SqliteLanes(storage),
    deliveries: new SqliteDeliveries(storage),
    failedMessages: new SqliteFailedMessages(storage),
    suppressions: new SqliteSuppressions(storage),
    untold: async () => (await outbox.untold(10_000)).map(({ event }) => event),
    close: () => Promise.resolve(),
  });
}

describeDispatchesContract('SqliteDispatches', open);
describeLedgerContract('SqliteLedger', open, 8);
describeLanesContract('SqliteLanes', open);
describeDeliveriesContract('SqliteDeliveries', open);
describeFailedMessagesContract('SqliteFailedMessages', open);
describeSuppressionsContract('SqliteSuppressions', open);
