import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeProviderReportsContract } from '#ports/delivery/provider-reports.contract.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import type { ReportStores } from '#ports/delivery/testing/reporting.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteOutbox } from '../outbox/sqlite-outbox.js';
import { SqliteDeliveries, SqliteFailedMessages } from './sqlite-deliveries.js';
import { SqliteDispatches } from './sqlite-dispatches.js';
import { SqliteLanes } from './sqlite-lanes.js';
import { SqliteLedger } from './sqlite-ledger.js';
import { SqliteProviderReports } from './sqlite-provider-reports.js';
import { SqliteSuppressions } from './sqlite-suppressions.js';

const folder = OneFolder.forThisFile();

function open(): Promise<ReportStores> {
  const storage = folder.emptied();
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
