import { once } from 'node:events';
import { Worker } from 'bullmq';
import { leave, orders, ownUsage, tell } from '../kit/child.js';
import { QUEUE, type BullmqWorkerOrders, type MailJob } from './bullmq-queue.js';
import { MailBatches } from './mail-batches.js';
import { plainMail, type PlainMail } from './plain-mail.js';
import { ResendClient } from './resend-client.js';

/** Takes jobs, renders, posts; a job is done when the provider has accepted its mails. */
async function run({ redisPort, url, apiKey, perJob, batch, inFlight }: BullmqWorkerOrders): Promise<void> {
  const client = new ResendClient(url, apiKey, inFlight);
  const batches = new MailBatches(client, batch, inFlight);
  const send = (mails: readonly PlainMail[], key: string): Promise<unknown> => {
    const [mail] = mails;
    if (perJob > 1) return client.batch(mails, key);
    if (!mail) throw new Error('a job without a mail');
    return batch === 1 ? client.single(mail, key) : batches.add(mail);
  };
  const worker = new Worker<MailJob>(
    QUEUE,
    async ({ id, data }) => {
      const mails = data.people.map((person, i) => plainMail(person, data.n + i));
      await send(mails, `bullmq-${String(id)}`);
    },
    {
      connection: { host: '127.0.0.1', port: redisPort },
      // As many jobs under way as the provider calls under way need.
      concurrency: Math.max(1, Math.ceil((inFlight * batch) / perJob)),
    },
  );
  worker.on('failed', (_job, error) => process.stderr.write(`bullmq: ${error.message}\n`));
  await worker.waitUntilReady();
  const before = ownUsage().cpuSeconds;
  tell({ ready: true });
  process.stdin.resume();
  await once(process.stdin, 'end');
  const { cpuSeconds, maxRssBytes } = ownUsage();
  tell({ cpuSeconds: cpuSeconds - before, maxRssBytes });
  leave();
}

await run(orders<BullmqWorkerOrders>());
