import type { Provider } from '@nestjs/common';
import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import { PrometheusMetrics } from '#adapters/prometheus/prometheus-metrics.js';
import { S3Blobs } from '#adapters/s3/s3-blobs.js';
import { SqsWaitingMessages } from '#adapters/sqs/sqs-waiting-messages.js';
import { NoPreviews } from '#adapters/sharp/no-previews.js';
import { HttpWebhookTransport } from '#adapters/webhook-http/http-webhook-transport.js';
import { DeliveryInProcess } from '#apps/server/src/targets/delivery-in-process.js';
import { deliveryToolsOver, providersOverDynamo } from '#apps/server/src/targets/over-dynamo.js';
import { alone } from '#domain/delivery/application/company.js';
import { EventSinks } from '#domain/events/event-sinks.js';
import type { EventSink } from '#ports/events/event-sink.js';
import { type Gateway, openGateway } from './gateway.js';
import { type Ground, openGround } from './ground.js';
import type { Environment } from './lambda-config.js';

/** Every port with its adapter, and the way to connections that API Gateway holds. */
export interface LambdaTarget extends Ground, Gateway {
  readonly providers: readonly Provider[];
  readonly waiting: SqsWaitingMessages;
  /** Of functions that tell events; all others have none. */
  readonly eventSink: EventSink;
}

/**
 * State in DynamoDB, queues in SQS, files in S3, sockets in API Gateway: for functions that are there for an event, and may be frozen after it.
 * @param openSink of functions that tell events: they flush it before they answer
 */
export async function openTarget(
  env: Environment,
  openSink: (ground: Ground) => Promise<EventSink> = async () => new EventSinks([]),
): Promise<LambdaTarget> {
  const ground = await openGround(env);
  const gateway = openGateway(env, ground);
  const { config, log, clock, randomness, ids, clients, stores, secrets, publicUrl, signed } = ground;
  const { aws } = config;
  const { presence, realtime } = gateway;
  const waiting = new SqsWaitingMessages({
    ...{ client: clients.sqs, prefix: aws.queues, waitSeconds: 0, clock, log },
  });
  const eventSink = await openSink(ground);
  const providers = await providersOverDynamo({
    eventSink,
    ...{ config, log, publicUrl, clock, randomness, ids, stores, secrets, signed, presence, realtime },
    // Messages come with the events of their function: nobody listens here.
    waiting: { put: (message) => waiting.put(message), listen: () => {}, stop: () => Promise.resolve() },
    metrics: new PrometheusMetrics(),
    blobs: new S3Blobs({ client: clients.s3, bucket: aws.bucket }),
    // Each process counts for itself; what may come in at all, API Gateway limits.
    rateLimits: new MemoryRateLimits(clock),
    // What makes pictures small is built for one machine: it is not in what is deployed.
    previews: new NoPreviews(),
    webhookTransport: new HttpWebhookTransport({ allowPrivate: config.webhooksToPrivate }),
    // Never started here: it knows the providers, of whom it is asked.
    delivery: new DeliveryInProcess(
      await deliveryToolsOver({
        ...{ config, clock, randomness, ids, stores },
        ...{ links: signed.links, company: alone },
      }),
      config.lanes,
      log,
    ),
  });
  return { ...ground, ...gateway, providers, waiting, eventSink };
}
