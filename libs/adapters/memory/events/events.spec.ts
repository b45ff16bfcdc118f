import { describeOutboxContract } from '#ports/events/outbox.contract.js';
import { describeTimersContract } from '#ports/events/timers.contract.js';
import { MemoryOutbox } from './memory-outbox.js';
import { MemoryTimers } from './memory-timers.js';

describeOutboxContract('MemoryOutbox', () => {
  const outbox = new MemoryOutbox();
  const append = (...event: Parameters<MemoryOutbox['append']>) => Promise.resolve(outbox.append(...event));
  return Promise.resolve({ outbox, append, close: () => Promise.resolve() });
});

describeTimersContract('MemoryTimers', () =>
  Promise.resolve({ timers: new MemoryTimers(), close: () => Promise.resolve() }),
);
