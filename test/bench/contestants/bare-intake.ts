import { once } from 'node:events';
import Fastify from 'fastify';
import { leave, orders, ownUsage, tell } from '../kit/child.js';
import { watchOwnLag } from '../kit/own-lag.js';
import { GroupCommits } from './group-commits.js';
import { WriterThread } from './writer-thread.js';

export interface BareIntakeOrders {
  /** The database, which is made. */
  readonly file: string;
  readonly apiKey: string;
  /** Whether commits have a thread of their own, or the one that serves waits for them. */
  readonly writer: 'thread' | 'inline';
}

/**
 * As little as a durable 202 can cost: the key is compared, the body parsed, one row inserted, and the answer given after
 * the commit that whatever came meanwhile shares. Nothing is checked, nothing routed, nothing ever sent.
 */
async function run({ file, apiKey, writer }: BareIntakeOrders): Promise<void> {
  const store = writer === 'thread' ? await WriterThread.start(file) : GroupCommits.over(file);
  const server = Fastify({ logger: false });
  const bearer = `Bearer ${apiKey}`;
  let last = 0;
  server.post('/v1/notifications', async (request, reply) => {
    if (request.headers.authorization !== bearer) return reply.code(401).send({ code: 'unauthenticated' });
    const id = `ntf_${String(++last).padStart(26, '0')}`;
    await store.insert(id, JSON.stringify(request.body));
    return reply.code(202).header('location', `/v1/notifications/${id}`).send({ id, status: 'accepted' });
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const lag = watchOwnLag();
  tell({ port: Number(new URL(address).port) });
  process.stdin.resume();
  await once(process.stdin, 'end');
  await server.close();
  await store.close();
  tell({ ...ownUsage(), lag: lag() });
  leave();
}

await run(orders<BareIntakeOrders>());
