import { DynamoConnections } from '#adapters/dynamodb/chat/dynamo-connections.js';
import { OneDynamo } from '#adapters/dynamodb/testing/one-table.js';
import { describeOwnDevices } from '#ports/chat/testing/own-devices-conformance.js';
import { describeTransport } from '#ports/chat/testing/transport-conformance.js';
import { GatewayChatServer } from './testing/gateway-chat-server.js';

const dynamo = OneDynamo.forThisFile();

/** As it is deployed: two processes that share nothing but the table, and take the frames in turn. */
const start = (): Promise<GatewayChatServer> =>
  GatewayChatServer.start({}, 2, async (clock) =>
    dynamo.caughtUpFor(new DynamoConnections(await dynamo.fresh(), clock), 'lapsed'),
  );
describeTransport('API Gateway, with its connections on DynamoDB', start, 40);
describeOwnDevices('API Gateway, with its connections on DynamoDB', start);
