import { describeFellowWorkersContract } from '#ports/delivery/fellow-workers.contract.js';
import { describeProviderNewsContract } from '#ports/delivery/provider-news.contract.js';
import { DrivenClock } from '../system/driven-clock.js';
import { MemoryFellowWorkers } from './memory-fellow-workers.js';
import { MemoryProviderNews } from './memory-provider-news.js';

describeFellowWorkersContract('MemoryFellowWorkers', () => {
  const clock = new DrivenClock();
  const one = new MemoryFellowWorkers(clock);
  return { one, other: one, pass: (ms) => clock.advance(ms) };
});

describeProviderNewsContract('MemoryProviderNews', () => {
  const room = new Set<MemoryProviderNews>();
  return { one: new MemoryProviderNews(room), other: new MemoryProviderNews(room) };
});
