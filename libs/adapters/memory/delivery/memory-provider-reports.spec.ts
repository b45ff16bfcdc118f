import { describeProviderReportsContract } from '#ports/delivery/provider-reports.contract.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { MemoryOutbox } from '../events/memory-outbox.js';
import { CountingIds } from '../system/counting-ids.js';
import { DrivenClock } from '../system/driven-clock.js';
import { MemoryDeliveries } from './memory-deliveries.js';
import { MemoryDeliveryBackbone } from './memory-delivery-backbone.js';
import { MemoryDispatches } from './memory-dispatches.js';
import { MemoryFailedMessages } from './memory-failed-messages.js';
import { MemoryLanes } from './memory-lanes.js';
import { MemoryLedger } from './memory-ledger.js';
import { MemoryProviderReports } from './memory-provider-reports.js';
import { MemorySuppressions } from './memory-suppressions.js';

describeProviderReportsContract('MemoryProviderReports', async () => {
  const outbox = new MemoryOutbox();
  const backbone = new MemoryDeliveryBackbone(outbox, new CountingIds(), new DrivenClock(START));
  return {
    dispatches: new MemoryDispatches(backbone),
    ledger: new MemoryLedger(backbone),
    lanes: new MemoryLanes(backbone),
    deliveries: new MemoryDeliveries(backbone),
    failedMessages: new MemoryFailedMessages(backbone),
    suppressions: new MemorySuppressions(backbone),
    reports: new MemoryProviderReports(backbone),
    untold: async () => (await outbox.untold(Infinity)).map(({ event }) => event),
    close: async () => {},
  };
});
