import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { openLane } from '#apps/lambda/src/open/lane.js';
import { openGround } from '#apps/lambda/src/target/ground.js';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import { feedBatch, LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { CrashCounter } from './crash-points.js';
import { dyingTools } from './dying-delivery.js';

/**
 * The functions of the lanes, each fed from its queue, with a place to die in the middle of a batch: VICTIM_CRASH names the moment,
 * VICTIM_BUG a mistake that somebody might make. They die as Lambda kills them, while they believe that they have more time.
 */
const INVOCATION_MS = 5_000;
const STOP_BEFORE_MS = 1_000;
const LOOK_EVERY_MS = 200;

// As the runtime of Lambda does: whoever waits to ask a busy table again keeps no process alive.
setInterval(() => {}, 60_000);
const crash = new CrashCounter(process.env['VICTIM_CRASH']);
const bug = process.env['VICTIM_BUG'];
const { clients, clock, config } = await openGround(process.env);
const host = new LambdaHost(clock, INVOCATION_MS);

async function feed(lane: Lane): Promise<never> {
  const env = { ...process.env, POSTHORN_LANE: lane };
  const handler = await openLane(env, STOP_BEFORE_MS, clock, (tools) => dyingTools(tools, crash, bug));
  const name = { QueueName: `${config.aws.queues}-${lane}` };
  const { QueueUrl: url = '' } = await clients.sqs.send(new GetQueueUrlCommand(name));
  for (;;) {
    const { how } = await feedBatch(host, { client: clients.sqs, url, batch: 10 }, handler as never);
    if (how === 'idle') await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

process.on('SIGTERM', () => process.exit(0));
process.stdout.write('fed\n');
await Promise.all(lanes.map(feed));
