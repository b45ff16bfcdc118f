import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { openLane } from '#apps/lambda/src/open/lane.js';
import { openGround } from '#apps/lambda/src/target/ground.js';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import { feedBatch, LambdaHost } from '#test/fakes/lambda/lambda-host.js';

/**
 * The functions of the lanes, each fed from its queue. In a life that is to end so, Lambda kills them in the middle of a batch: at a moment
 * that follows from the seed, while they believe that they have more time.
 */
const INVOCATION_MS = 5_000;
const STOP_BEFORE_MS = 1_000;
const LOOK_EVERY_MS = 200;
/** Milliseconds into a batch: some die before anything was sent, some with calls under way, some after. */
const DIES_WITHIN_MS = 400;

// As the runtime of Lambda does: whoever waits to ask a busy table again keeps no process alive.
setInterval(() => {}, 60_000);
const random = new SeededRandomness(
  Number(process.env['VICTIM_SEED']) * 31 + Number(process.env['VICTIM_LIFE']),
);
let batchesLeft = process.env['VICTIM_DIES'] === 'true' ? 1 + Math.floor(random.unit() * 3) : Infinity;
const { clients, clock, config } = await openGround(process.env);
const host = new LambdaHost(clock, INVOCATION_MS);

async function feed(lane: Lane): Promise<never> {
  const handler = await openLane({ ...process.env, POSTHORN_LANE: lane }, STOP_BEFORE_MS);
  const name = { QueueName: `${config.aws.queues}-${lane}` };
  const { QueueUrl: url = '' } = await clients.sqs.send(new GetQueueUrlCommand(name));
  const dying: typeof handler = (event, invocation) => {
    batchesLeft -= 1;
    const kill = (): void => void process.kill(process.pid, 'SIGKILL');
    if (batchesLeft === 0) setTimeout(kill, Math.floor(random.unit() * DIES_WITHIN_MS));
    return handler(event, invocation);
  };
  for (;;) {
    const { how } = await feedBatch(host, { client: clients.sqs, url, batch: 10 }, dying as never);
    if (how === 'idle') await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

process.on('SIGTERM', () => process.exit(0));
process.stdout.write('fed\n');
await Promise.all(lanes.map(feed));
