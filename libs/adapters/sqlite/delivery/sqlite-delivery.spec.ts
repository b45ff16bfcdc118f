import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeDeliveriesContract } from '#ports/delivery/deliveries.contract.js';
import { describeDispatchesContract } from '#ports/delivery/dispatches.contract.js';
import { describeFailedMessagesContract } from '#ports/delivery/failed-messages.contract.js';
import { describeLanesContract } from '#ports/delivery/lanes.contract.js';
import { describeLedgerContract } from '#ports/delivery/ledger.contract.js';
import { describeSuppressionsContract } from '#ports/delivery/suppressions.contract.js';
import { type DeliveryStores, START } from '#ports/delivery/testing/delivery-stores.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteOutbox } from '../outbox/sqlite-outbox.js';
import { SqliteDeliveries, SqliteFailedMessages } from './sqlite-deliveries.js';
import { SqliteDispatches } from './sqlite-dispatches.js';
import { SqliteLanes } from './sqlite-lanes.js';
import { SqliteLedger } from './sqlite-ledger.js';
import { SqliteSuppressions } from './sqlite-suppressions.js';

const folder = OneFolder.forThisFile();

function open(): Promise<DeliveryStores> {
  const storage = folder.emptied();
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
