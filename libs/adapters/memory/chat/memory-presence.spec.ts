import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describePresenceContract } from '#ports/chat/presence.contract.js';
import { MemoryPresence } from './memory-presence.js';

describePresenceContract('MemoryPresence', () => {
  const clock = new DrivenClock();
  return {
    presence: new MemoryPresence(clock),
    now: () => clock.now(),
    pass: (ms) => clock.advance(ms),
  };
});
