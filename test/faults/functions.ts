import { GetQueueUrlCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { openHttp } from '#apps/lambda/src/open/http.js';
import { openRelay } from '#apps/lambda/src/open/relay.js';
import { openTimer } from '#apps/lambda/src/open/timer.js';
import { openGround } from '#apps/lambda/src/target/ground.js';
import { readAws } from '#apps/server/src/config/aws-config.js';
import { ConfigReader } from '#apps/server/src/config/config-reader.js';
import { createMissing, openAws } from '#apps/server/src/targets/open-aws.js';
import { retrying } from '#adapters/dynamodb/engine/retrying.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { lanes } from '#domain/delivery/model/dispatch.js';
import { startHttpFront } from '#test/fakes/apigateway/http-front.js';
import { LambdaHost } from '#test/fakes/lambda/lambda-host.js';

/**
 * What of the Lambda target is there while a lane's function dies: the REST API behind its gateway, the timer minute after minute, and the
 * relay, which rings as the stream of the table does.
 */
const MINUTE_MS = 10_000;
const LOOK_EVERY_MS = 200;
/** Seconds until a message comes again of which nobody said that it is done. */
const HIDDEN_S = '2';

// As the runtime of Lambda does: whoever waits to ask a busy table again keeps no process alive.
setInterval(() => {}, 60_000);
// What a deployment brings.
const aws = readAws(new ConfigReader(process.env), true);
const clients = openAws(aws);
const clock = new SystemClock();
const queues = new SqsLaneSignals({ client: clients.sqs, prefix: aws.queues, waitSeconds: 0 });
await retrying({ clock, randomness: new CryptoRandomness() }, () => createMissing(aws, clients, queues));
for (const lane of lanes) {
  const name = { QueueName: `${aws.queues}-${lane}` };
  const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand(name));
  const Attributes = { VisibilityTimeout: HIDDEN_S };
  await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
}
const { stores } = await openGround(process.env);
const [http, timer, relay] = await Promise.all([
  openHttp(process.env),
  openTimer(process.env, MINUTE_MS),
  openRelay(process.env),
]);
const host = new LambdaHost(clock, 60_000);

async function ring(): Promise<void> {
  const untold = await stores.outbox.untold(100);
  const Records = untold.map(({ seq }) => ({
    dynamodb: { NewImage: { pk: { S: 'OUTBOX#0' }, seq: { N: String(seq) } } },
  }));
  if (Records.length > 0) await host.invoke(relay, { Records });
}

/** Whatever becomes of it, as Lambda does. */
async function again(act: () => Promise<unknown>): Promise<never> {
  for (;;) {
    await act().catch((error: unknown) => void process.stderr.write(`${String(error)}\n`));
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

void again(() => host.invoke(timer, {}));
void again(ring);
const { url } = await startHttpFront(http, clock);
process.on('SIGTERM', () => process.exit(0));
process.stdout.write(`${url}\n`);
