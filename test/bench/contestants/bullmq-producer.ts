import { Queue } from 'bullmq';
import { leave, orders, ownUsage, tell } from '../kit/child.js';
import { people } from '../workload/people.js';
import { QUEUE, type BullmqOrders, type MailJob } from './bullmq-queue.js';

/** Jobs in one `addBulk`: a round trip and a transaction each. */
const JOBS_PER_CALL = 1000;

export interface BullmqProducerResult {
  /** Epoch milliseconds at the first and after the last `addBulk`. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly cpuSeconds: number;
}

/** Puts a campaign into the queue: what the process does that takes the order. */
async function run({ redisPort, count, perJob }: BullmqOrders): Promise<BullmqProducerResult> {
  const recipients = people(count);
  const queue = new Queue<MailJob>(QUEUE, {
    connection: { host: '127.0.0.1', port: redisPort },
    // Three attempts are what makes it a queue worth having; completed jobs are removed, which is faster than keeping them.
    defaultJobOptions: { attempts: 3, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: true },
  });
  await queue.waitUntilReady();
  const before = ownUsage().cpuSeconds;
  const startedAt = Date.now();
  for (let from = 0; from < count; from += JOBS_PER_CALL * perJob) {
    const jobs = [];
    for (let n = from; n < Math.min(count, from + JOBS_PER_CALL * perJob); n += perJob) {
      jobs.push({ name: 'mail', data: { n, people: recipients.slice(n, n + perJob) } });
    }
    await queue.addBulk(jobs);
  }
  const endedAt = Date.now();
  await queue.close();
  return { startedAt, endedAt, cpuSeconds: ownUsage().cpuSeconds - before };
}

tell(await run(orders<BullmqOrders>()));
leave();
