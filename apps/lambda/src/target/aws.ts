import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import type { Provider } from '@nestjs/common';
import { ConnectedUsers } from '#adapters/apigateway/connected-users.js';
import { ConnectionPosts } from '#adapters/apigateway/connection-posts.js';
import { GatewayRealtime } from '#adapters/apigateway/gateway-realtime.js';
import { DynamoConnections } from '#adapters/dynamodb/chat/dynamo-connections.js';
import { DynamoPresence } from '#adapters/dynamodb/chat/dynamo-presence.js';
import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import { PrometheusMetrics } from '#adapters/prometheus/prometheus-metrics.js';
import { NoPreviews } from '#adapters/sharp/no-previews.js';
import { BadConfiguration } from '#apps/server/src/config/config-reader.js';
import { DeliveryInProcess } from '#apps/server/src/targets/delivery-in-process.js';
import { deliveryToolsOver, providersOverDynamo } from '#apps/server/src/targets/over-dynamo.js';
import { alone } from '#domain/delivery/application/company.js';
import type { UrlPolicy } from '#domain/webhooks/model/webhook-url.js';
import type { Connections } from '#ports/chat/connections.js';
import type { Clock } from '#ports/system/clock.js';
import { type Ground, openGround } from './ground.js';
import type { Environment } from './lambda-config.js';
import { LaterBlobLinks, LaterBlobs, LaterWebhookTransport } from './later.js';

/** Every port with its adapter, and the way to connections that API Gateway holds. */
export interface LambdaTarget extends Ground {
  readonly providers: readonly Provider[];
  readonly connections: Connections;
  readonly posts: ConnectionPosts;
  readonly users: ConnectedUsers;
  readonly realtime: GatewayRealtime;
}

/** State in DynamoDB, queues in SQS, files in S3, sockets in API Gateway: for functions that are there for an event, and may be frozen after it. */
export async function openTarget(env: Environment, clockInUse?: Clock): Promise<LambdaTarget> {
  const endpoint = env['APIGW_ENDPOINT'];
  if (!endpoint || !URL.canParse(endpoint))
    throw new BadConfiguration(['APIGW_ENDPOINT: must be where @connections of the WebSocket API is']);
  const ground = await openGround(env, clockInUse);
  const { config, log, clock, randomness, ids, clients, table, stores, secrets, publicUrl, signed } = ground;
  const { aws } = config;
  const gateway = new ApiGatewayManagementApiClient({ endpoint, region: aws.region, maxAttempts: 1 });
  const connections = new DynamoConnections(table, clock);
  const presence = new DynamoPresence(table, clock);
  const posts = new ConnectionPosts({ client: gateway, clock, randomness, log });
  const { conversations, messages, blocks, absences } = stores;
  const users = new ConnectedUsers({
    ...{ connections, conversations, presence, blocks, absences, posts, log },
  });
  const realtime = new GatewayRealtime({ connections, conversations, messages, users, log });
  const providers = await providersOverDynamo({
    ...{ config, log, publicUrl, clock, randomness, ids, stores, secrets, signed, presence, realtime },
    metrics: new PrometheusMetrics(),
    blobs: new LaterBlobs(async () => {
      const { S3Blobs } = await import('#adapters/s3/s3-blobs.js');
      return new S3Blobs({ client: await clients.s3(), bucket: aws.bucket });
    }),
    // What a function may take and answer is less than a file may be.
    ...(aws.s3Links && {
      blobLinks: new LaterBlobLinks(async () => {
        const { S3BlobLinks } = await import('#adapters/s3/s3-blob-links.js');
        return new S3BlobLinks({ client: await clients.s3(), bucket: aws.bucket }, clock);
      }),
    }),
    // Each process counts for itself; what may come in at all, API Gateway limits.
    rateLimits: new MemoryRateLimits(clock),
    // What makes pictures small is built for one machine: it is not in what is deployed.
    previews: new NoPreviews(),
    webhookTransport: webhooksOf({ allowPrivate: config.webhooksToPrivate }),
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
  return { ...ground, providers, connections, posts, users, realtime };
}

function webhooksOf(policy: UrlPolicy): LaterWebhookTransport {
  return new LaterWebhookTransport(policy, async () => {
    const { HttpWebhookTransport } = await import('#adapters/webhook-http/http-webhook-transport.js');
    return new HttpWebhookTransport(policy);
  });
}
