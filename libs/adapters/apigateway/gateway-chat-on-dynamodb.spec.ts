import { DynamoConnections } from '#adapters/dynamodb/chat/dynamo-connections.js';
import { OneDynamo } from '#adapters/dynamodb/testing/one-table.js';
import { describeTransport } from '#ports/chat/testing/transport-conformance.js';
import { GatewayChatServer } from './testing/gateway-chat-server.js';

const dynamo = OneDynamo.forThisFile();

/** As it is deployed: two processes that share nothing but the table, and take the frames in turn. */
describeTransport(
  'API Gateway, with its connections on DynamoDB',
  () =>
    GatewayChatServer.start({}, 2, async (clock) =>
      dynamo.caughtUpFor(new DynamoConnections(await dynamo.fresh(), clock), 'lapsed'),
    ),
  40,
);
