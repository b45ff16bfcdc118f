import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import type { ReportStores } from '#ports/delivery/testing/reporting.js';
import type { Ids } from '#ports/system/ids.js';
import { DynamoOutbox } from '../../outbox/dynamo-outbox.js';
import type { OneDynamo } from '../../testing/one-table.js';
import { DispatchRecords } from '../dispatch-records.js';
import { DynamoDeliveries } from '../dynamo-deliveries.js';
import { DynamoDispatches } from '../dynamo-dispatches.js';
import { DynamoFailedMessages } from '../dynamo-failed-messages.js';
import { DynamoLanes } from '../dynamo-lanes.js';
import { DynamoLedger } from '../dynamo-ledger.js';
import { DynamoProviderReports } from '../dynamo-provider-reports.js';
import { DynamoSuppressions } from '../dynamo-suppressions.js';
import { Parcels } from '../parcels.js';

/** The delivery backbone as one process has it over the table that was made last. What may lag by its port has caught up. */
export function deliveryOnTable(dynamo: OneDynamo, ids: Ids = new CountingIds()): ReportStores {
  const table = dynamo.table();
  const outbox = new DynamoOutbox(table, new CryptoRandomness());
  const records = new DispatchRecords(table, outbox);
  const parcels = new Parcels(table, ids);
  const tools = { table, outbox, ids, records, parcels };
  return {
    dispatches: dynamo.caughtUpFor(
      new DynamoDispatches(table, records, parcels, new DrivenClock(START)),
      'control',
    ),
    ledger: new DynamoLedger(tools),
    lanes: dynamo.caughtUpFor(new DynamoLanes(tools), 'claim', 'depths'),
    deliveries: dynamo.caughtUpFor(new DynamoDeliveries(tools), 'page'),
    failedMessages: dynamo.caughtUpFor(new DynamoFailedMessages(tools), 'page', 'stats', 'retry'),
    suppressions: dynamo.caughtUpFor(new DynamoSuppressions(table), 'page'),
    reports: new DynamoProviderReports(tools),
    untold: async () => (await outbox.untold(10_000)).map(({ event }) => event),
    close: () => Promise.resolve(),
  };
}

/** In a table of its own. */
export function deliveryIn(dynamo: OneDynamo): () => Promise<ReportStores> {
  return async () => {
    await dynamo.fresh();
    return deliveryOnTable(dynamo);
  };
}
