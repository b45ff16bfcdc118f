import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { ConnectedUsers } from '#adapters/apigateway/connected-users.js';
import { ConnectionPosts } from '#adapters/apigateway/connection-posts.js';
import { GatewayRealtime } from '#adapters/apigateway/gateway-realtime.js';
import { DynamoConnections } from '#adapters/dynamodb/chat/dynamo-connections.js';
import { DynamoPresence } from '#adapters/dynamodb/chat/dynamo-presence.js';
import { SqsChatNotices } from '#adapters/sqs/sqs-chat-notices.js';
import { BadConfiguration } from '#apps/server/src/config/config-reader.js';
import type { Connections } from '#ports/chat/connections.js';
import type { Presence } from '#ports/chat/presence.js';
import type { Ground } from './ground.js';
import type { Environment } from './lambda-config.js';

/** The way to connections that API Gateway holds. */
export interface Gateway {
  readonly connections: Connections;
  readonly presence: Presence;
  readonly posts: ConnectionPosts;
  readonly users: ConnectedUsers;
  readonly realtime: GatewayRealtime;
}

/** `POSTHORN_CHAT_NOTICES`: there is a function that tells of what others have stored, with a queue before it. */
export function openGateway(env: Environment, ground: Ground): Gateway {
  const { APIGW_ENDPOINT: endpoint, POSTHORN_CHAT_NOTICES: isNotified } = env;
  if (!endpoint || !URL.canParse(endpoint))
    throw new BadConfiguration(['APIGW_ENDPOINT: must be where @connections of the WebSocket API is']);
  const { config, log, clock, randomness, ids, clients, table, stores } = ground;
  const { aws } = config;
  const client = new ApiGatewayManagementApiClient({ endpoint, region: aws.region, maxAttempts: 1 });
  const connections = new DynamoConnections(table, clock);
  const presence = new DynamoPresence(table, clock);
  const posts = new ConnectionPosts({ client, clock, randomness, log });
  const { conversations, messages, blocks, absences } = stores;
  const users = new ConnectedUsers({
    ...{ connections, conversations, presence, blocks, absences, posts, log },
  });
  const tellLater = new SqsChatNotices({ client: clients.sqs, prefix: aws.queues, ids });
  const realtime = new GatewayRealtime({
    ...{ connections, conversations, messages, users, log },
    ...(isNotified === 'true' && { tellLater }),
  });
  return { connections, presence, posts, users, realtime };
}
