import { once } from 'node:events';
import { Queue } from 'bullmq';
import Fastify from 'fastify';
import { leave, orders, ownUsage, tell } from '../kit/child.js';
import { watchOwnLag } from '../kit/own-lag.js';

export interface BullmqIntakeOrders {
  readonly redisPort: number;
  readonly apiKey: string;
}

/** What one would mostly write: the request becomes a job, and somebody else works it off. */
async function run({ redisPort, apiKey }: BullmqIntakeOrders): Promise<void> {
  const queue = new Queue<unknown>('notifications', {
    connection: { host: '127.0.0.1', port: redisPort },
    defaultJobOptions: { attempts: 3, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: true },
  });
  await queue.waitUntilReady();
  const server = Fastify({ logger: false });
  const bearer = `Bearer ${apiKey}`;
  server.post('/v1/notifications', async (request, reply) => {
    if (request.headers.authorization !== bearer) return reply.code(401).send({ code: 'unauthenticated' });
    const { id = '' } = await queue.add('notification', request.body);
    return reply.code(202).header('location', `/v1/notifications/${id}`).send({ id, status: 'accepted' });
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const lag = watchOwnLag();
  tell({ port: Number(new URL(address).port) });
  process.stdin.resume();
  await once(process.stdin, 'end');
  await server.close();
  const stored = await queue.getWaitingCount();
  await queue.close();
  tell({ ...ownUsage(), lag: lag(), stored });
  leave();
}

await run(orders<BullmqIntakeOrders>());
