import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import type { ReportStores } from '#ports/delivery/testing/reporting.js';
import type { Ids } from '#ports/system/ids.js';
import type { DynamoTable } from '../../engine/dynamo-table.js';
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

/** The delivery backbone as one process has it over the table that was made last. */
export function deliveryOnTable(table: DynamoTable, ids: Ids = new CountingIds()): ReportStores {
  const outbox = new DynamoOutbox(table, new CryptoRandomness());
  const records = new DispatchRecords(table, outbox);
  const parcels = new Parcels(table, ids);
  const tools = { table, outbox, ids, records, parcels };
  return {
    dispatches: new DynamoDispatches(table, records, parcels, new DrivenClock(START)),
    ledger: new DynamoLedger(tools),
    lanes: new DynamoLanes(tools),
    deliveries: new DynamoDeliveries(tools),
    failedMessages: new DynamoFailedMessages(tools),
    suppressions: new DynamoSuppressions(table),
    reports: new DynamoProviderReports(tools),
    untold: async () => (await outbox.untold(10_000)).map(({ event }) => event),
    close: () => Promise.resolve(),
  };
}

/** In a table of its own. */
export function deliveryIn(dynamo: OneDynamo): () => Promise<ReportStores> {
  return async () => deliveryOnTable(await dynamo.fresh());
}
