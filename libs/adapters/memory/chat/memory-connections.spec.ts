import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeConnectionsContract } from '#ports/chat/connections.contract.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { MemoryConnections } from './memory-connections.js';

describeConnectionsContract('MemoryConnections', () => {
  const clock = new DrivenClock(START);
  return Promise.resolve({ connections: new MemoryConnections(clock), pass: (ms) => clock.advance(ms) });
});
