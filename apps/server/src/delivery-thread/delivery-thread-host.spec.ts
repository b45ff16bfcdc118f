import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryLanes } from '#adapters/memory/delivery/memory-lanes.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { describeDeliveryMonitorContract } from '#ports/delivery/delivery-monitor.contract.js';
import { DeliveryThreadHost } from './delivery-thread-host.js';

describeDeliveryMonitorContract('DeliveryThreadHost', (providerNames) => {
  const clock = new DrivenClock();
  const lanes = new MemoryLanes(new MemoryDeliveryBackbone(new MemoryOutbox(), new CountingIds(), clock));
  return new DeliveryThreadHost({
    lanes,
    clock,
    log: new MemoryLog(),
    providers: providerNames.map((name) => ({ channel: 'email', name })),
    releaseClaims: () => Promise.resolve(),
    options: () => {
      throw new Error('No thread is to be started without work.');
    },
  });
});
