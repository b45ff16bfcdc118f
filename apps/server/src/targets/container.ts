import { HttpWebhookTransport } from '#adapters/webhook-http/http-webhook-transport.js';
import { PrometheusMetrics } from '#adapters/prometheus/prometheus-metrics.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { LiveConversations } from '#domain/chat/application/live-conversations.js';
import { NoPreviews } from '#adapters/sharp/no-previews.js';
import { SharpPreviews } from '#adapters/sharp/sharp-previews.js';
import { type DynamoStores, dynamoStores } from '#adapters/dynamodb/dynamo-stores.js';
import { DynamoTable } from '#adapters/dynamodb/engine/dynamo-table.js';
import { DynamoSecrets } from '#adapters/dynamodb/secrets/dynamo-secrets.js';
import { S3Blobs } from '#adapters/s3/s3-blobs.js';
import { SecretsManagerSecrets } from '#adapters/secrets-manager/secrets-manager-secrets.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { SqsWaitingMessages } from '#adapters/sqs/sqs-waiting-messages.js';
import type { Duty } from '../duty.js';
import { DeliveryInProcess } from './delivery-in-process.js';
import { createMissing, openAws } from './open-aws.js';
import { openEventSink } from './open-event-sink.js';
import { hintsOf, openHotState } from './open-hot-state.js';
import { deliveryToolsOver, providersOverDynamo, signedParts } from './over-dynamo.js';
import { answers, type OpenTarget, type Target, type TargetSetting } from './target.js';

/** Seconds that a worker waits at a queue, and a stop for the worker. */
const POLL_S = 5;
const AN_HOUR_MS = 3_600_000;

async function openContainer({ config, log, publicUrl }: TargetSetting): Promise<Target> {
  const clock = new SystemClock();
  const randomness = new CryptoRandomness();
  const ids = new MonotonicUlids(clock, randomness);
  const metrics = new PrometheusMetrics();
  const { aws } = config;
  const clients = openAws(aws);
  const table = new DynamoTable({ client: clients.dynamo, table: aws.table, clock, randomness });
  const signals = new SqsLaneSignals({ client: clients.sqs, prefix: aws.queues, waitSeconds: POLL_S });
  const waiting = new SqsWaitingMessages({
    ...{ client: clients.sqs, prefix: aws.queues, waitSeconds: POLL_S, clock, log },
  });
  if (aws.createsWhatIsMissing) await createMissing(aws, clients, signals, waiting);
  const stores = dynamoStores({ table, clock, randomness, ids, log, signals });
  const secrets =
    aws.secrets === undefined
      ? new DynamoSecrets(table, randomness)
      : new SecretsManagerSecrets({ client: clients.secrets, prefix: aws.secrets }, randomness);
  const live = new LiveConversations({
    conversations: stores.conversations,
    messages: stores.messages,
    clock,
    log,
  });
  const hot = openHotState(aws.redisUrl, {
    clock,
    log,
    live,
    processId: ids.next('prc'),
    fellowLeaseMs: aws.fellowLeaseMs,
  });
  for (const [topic, hint] of Object.entries(hintsOf(stores))) hot.share(topic, hint);
  const eventSink = await openEventSink(aws, { clock, randomness, log });
  const signed = await signedParts(secrets, publicUrl);
  const webhookTransport = new HttpWebhookTransport({ allowPrivate: config.webhooksToPrivate });
  const sharpPreviews = new SharpPreviews(log, { mostPixels: config.uploads.mostPixels });
  const previews = config.previews ? sharpPreviews : new NoPreviews();
  const delivery = new DeliveryInProcess(
    await deliveryToolsOver({
      ...{ config, clock, randomness, ids, stores },
      ...{ links: signed.links, company: hot.company },
    }),
    config.lanes,
    log,
    hot.fellowship,
  );
  return {
    providers: await providersOverDynamo({
      ...{ config, log, publicUrl, clock, randomness, ids, metrics, stores, secrets, signed, delivery },
      ...{ rateLimits: hot.rateLimits, presence: hot.presence, realtime: hot.realtime },
      ...{ blobs: new S3Blobs({ client: clients.s3, bucket: aws.bucket }), previews, webhookTransport },
      ...{ waiting, eventSink },
    }).then((all) => [...all, answers<LiveConversations>(LiveConversations, live)]),
    duties: { worker: [queuesOf(stores), delivery] },
    async close() {
      // What was told to nobody yet, if that is to be had in some seconds.
      await eventSink.flush();
      await sharpPreviews.close();
      await webhookTransport.close();
      hot.close();
      clients.close();
    },
  };
}

/** State in DynamoDB, queues in SQS, files in S3, and what is hot in Redis: any number of processes, each for the roles that it is given. */
export const openTarget: OpenTarget = async (setting) => {
  // Whoever waits to ask a busy table again waits by a clock that keeps no process alive, and before it listens nothing else does.
  const alive = setInterval(() => {}, AN_HOUR_MS);
  try {
    const target = await openContainer(setting);
    const close = (): Promise<void> => target.close().finally(() => clearInterval(alive));
    return { ...target, close };
  } catch (error) {
    clearInterval(alive);
    throw error;
  }
};

/** Receiving names of parcels is for workers: whoever else received them would keep them from these. */
function queuesOf({ lanes }: DynamoStores): Duty {
  return { name: 'lane queues', start: () => lanes.listen(), stop: () => lanes.stop() };
}
