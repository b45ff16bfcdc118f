import type { BareLoopOrders, BareLoopResult } from '../contestants/bare-loop.js';
import type { BullmqProducerResult } from '../contestants/bullmq-producer.js';
import type { BullmqOrders, BullmqWorkerOrders } from '../contestants/bullmq-queue.js';
import { Contestant, type Usage } from './child.js';
import type { FakeProvider } from './fake-provider.js';
import { Redis } from './redis.js';

/** One contestant sending everything once. */
export interface Race {
  readonly seconds: number;
  /** What the provider says it has accepted. */
  readonly accepted: number;
  readonly requests: number;
  /** Bytes of request bodies per message: contestants that do the same send the same. */
  readonly bytesPerMessage: number;
  /** CPU seconds by process. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly detail?: unknown;
}

export interface RaceOrders {
  readonly fake: FakeProvider;
  readonly count: number;
  /** Messages in a provider call. */
  readonly batch: number;
  readonly inFlight: number;
  readonly profileTo?: string | undefined;
}

/** Runs a contestant against a provider whose counters stand at zero, and reads them after. */
export async function race(
  fake: FakeProvider,
  contest: () => Promise<{ seconds: number; cpuSeconds: Record<string, number>; detail?: unknown }>,
): Promise<Race> {
  await fake.reset();
  const before = fake.meter.cpuSeconds();
  const { seconds, cpuSeconds, detail } = await contest();
  const { accepted, requests, bytes } = await fake.stats();
  const provider = fake.meter.cpuSeconds() - before;
  return {
    seconds,
    accepted,
    requests,
    bytesPerMessage: bytes / accepted,
    cpuSeconds: { ...cpuSeconds, provider },
    detail,
  };
}

export function raceBareLoop(
  { fake, count, batch, inFlight, profileTo }: RaceOrders,
  piecewise: boolean,
): Promise<Race> {
  return race(fake, async () => {
    const orders: BareLoopOrders = { url: fake.url, apiKey: fake.apiKey, count, batch, inFlight, piecewise };
    const loop = Contestant.start('bare-loop', orders, { profileTo });
    const { seconds, cpuSeconds } = await loop.hear<BareLoopResult>();
    return { seconds, cpuSeconds: { loop: cpuSeconds } };
  });
}

/** From the first `addBulk` to the last acceptance. Undefined where no Redis is installed. */
export async function raceBullmq(race_: RaceOrders, perJob: number): Promise<Race | undefined> {
  const { fake, count, batch, inFlight, profileTo } = race_;
  const redis = await Redis.start();
  if (!redis) return undefined;
  const queue: BullmqOrders = { redisPort: redis.port, count, perJob };
  const worker = Contestant.start(
    'bullmq-worker',
    { ...queue, url: fake.url, apiKey: fake.apiKey, batch, inFlight } satisfies BullmqWorkerOrders,
    { profileTo },
  );
  try {
    await worker.hear();
    return await race(fake, async () => {
      const before = redis.meter.cpuSeconds();
      const producer = await Contestant.start('bullmq-producer', queue, {
        profileTo,
      }).hear<BullmqProducerResult>();
      const { lastAcceptedAt } = await fake.until(({ accepted }) => accepted >= count);
      const used = redis.meter.cpuSeconds() - before;
      const { cpuSeconds } = await worker.end<Usage>();
      return {
        seconds: (lastAcceptedAt - producer.startedAt) / 1000,
        cpuSeconds: { producer: producer.cpuSeconds, worker: cpuSeconds, redis: used },
        detail: { enqueueSeconds: (producer.endedAt - producer.startedAt) / 1000 },
      };
    });
  } finally {
    await worker.kill();
    await redis.stop();
  }
}
