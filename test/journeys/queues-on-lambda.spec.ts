import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoTable } from '#adapters/dynamodb/engine/dynamo-table.js';
import { DynamoOutbox } from '#adapters/dynamodb/outbox/dynamo-outbox.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { SqsWaitingMessages } from '#adapters/sqs/sqs-waiting-messages.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { HttpAnswer } from '#apps/lambda/src/http.js';
import type { Handler } from '#apps/lambda/src/lazily.js';
import { openHttp } from '#apps/lambda/src/open/http.js';
import { openRelay } from '#apps/lambda/src/open/relay.js';
import { openStore } from '#apps/lambda/src/open/store.js';
import { readAws } from '#apps/server/src/config/aws-config.js';
import { ConfigReader } from '#apps/server/src/config/config-reader.js';
import { type AwsClients, createMissing, openAws } from '#apps/server/src/targets/open-aws.js';
import { feedBatch, LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { type FakeSecrets, startFakeSecrets } from '#test/fakes/secrets-manager/fake-secrets-manager.js';
import { type CloudHere, startCloudHere } from '#test/support/cloud-here.js';

const OWNER_KEY = 'owner-key-of-the-functions';
/** How often the engine asks a throttled table. */
const ATTEMPTS = 9;

type Json = Readonly<Record<string, unknown>>;

describe('on Lambda', () => {
  let cloud: CloudHere;
  let secrets: FakeSecrets;
  let clients: AwsClients;
  let env: Readonly<Record<string, string>>;
  const clock = new SystemClock();
  const host = new LambdaHost(clock, 60_000);
  beforeEach(async () => {
    [cloud, secrets] = await Promise.all([startCloudHere(), startFakeSecrets()]);
    secrets.rotate('posthorn/settings', JSON.stringify({ POSTHORN_API_KEY: OWNER_KEY }));
    env = {
      ...cloud.env,
      POSTHORN_TARGET: 'lambda',
      POSTHORN_SECRETS: 'posthorn/',
      SECRETS_ENDPOINT: secrets.url,
      APIGW_ENDPOINT: 'http://127.0.0.1:9/live',
      POSTHORN_PUBLIC_URL: 'https://posthorn.example',
      LOG_LEVEL: 'silent',
    };
    const aws = readAws(new ConfigReader(env), true);
    clients = openAws(aws);
    const { sqs: client } = clients;
    const own = { client, prefix: aws.queues, waitSeconds: 0 };
    const waiting = new SqsWaitingMessages({ ...own, clock, log: new MemoryLog() });
    await createMissing(aws, clients, new SqsLaneSignals(own), waiting);
  });
  afterEach(async () => {
    clients.close();
    await secrets.close();
    await cloud.close();
  });

  const asker =
    (http: Handler<object, HttpAnswer>) =>
    async (method: string, rawPath: string, body?: Json): Promise<{ status: number; body: Json }> => {
      const { answer } = await host.invoke(http, {
        version: '2.0',
        routeKey: '$default',
        rawPath,
        rawQueryString: 'as=anna',
        headers: {
          host: 'posthorn.example',
          authorization: `Bearer ${OWNER_KEY}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        requestContext: { http: { method, path: rawPath, sourceIp: '203.0.113.7' } },
        isBase64Encoded: false,
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: answer?.statusCode ?? 0, body: JSON.parse(answer?.body ?? '{}') as Json };
    };

  it('a message that a throttled table could not take is stored by the function that the queue feeds', async () => {
    const ask = asker(await openHttp(env));
    const made = await ask('POST', '/v1/conversations', { kind: 'group', title: 'Talk', members: ['ben'] });
    const id = String(made.body['id']);
    const path = `/v1/conversations/${id}/messages`;
    const how = 'ProvisionedThroughputExceededException';
    cloud.dynamo.plan({ operation: 'TransactWriteItems', how, times: ATTEMPTS });
    const sent = { clientMessageId: 'c1', text: 'Hello' };
    const unavailable = { status: 503, body: { code: 'storage_unavailable' } };
    expect(await ask('POST', path, sent)).toMatchObject(unavailable);
    // Without a name it would be another message when it is sent again: it is not kept, and not sent ahead of the other.
    expect(await ask('POST', path, { text: 'Nameless' })).toMatchObject(unavailable);

    const store = await openStore(env);
    const QueueName = 'posthorn-chat-store.fifo';
    const { QueueUrl: url = '' } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
    const queue = { client: clients.sqs, url, batch: 10 };
    expect(await feedBatch(host, queue, store as never)).toMatchObject({ received: 1, deleted: 1 });
    const { body: log } = await ask('GET', path);
    expect(log['data']).toMatchObject([{ seq: 1, text: 'Hello', clientMessageId: 'c1' }]);
    expect(await ask('POST', path, sent)).toMatchObject({ body: { seq: 1 } });
  });

  it('an event reaches whoever subscribes to the topic that an operator names, by the function that relays it', async () => {
    const at = { endpoint: cloud.env['SQS_ENDPOINT'] ?? '', region: 'us-east-1' };
    const sns = new SNSClient(at);
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'events' }));
    const { QueueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: 'consumer' }));
    const { Attributes } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    const Endpoint = Attributes?.['QueueArn'];
    const subscription = { TopicArn, Protocol: 'sqs', Endpoint, Attributes: { RawMessageDelivery: 'true' } };
    await sns.send(new SubscribeCommand(subscription));
    sns.destroy();

    const randomness = new CryptoRandomness();
    const table = new DynamoTable({ client: clients.dynamo, table: 'posthorn', clock, randomness });
    const outbox = new DynamoOutbox(table, randomness);
    const event = { type: 'dispatch.completed', workspaceId: 'wsp_1', dispatchId: 'dsp_1' } as const;
    await table.transact([outbox.entry(event, clock.now())]);
    const [stored] = await outbox.untold(1);
    const relay = await openRelay({
      ...env,
      POSTHORN_EVENTS_TOPIC: TopicArn,
      SNS_ENDPOINT: at.endpoint,
    });
    const ring = { dynamodb: { NewImage: { pk: { S: 'OUTBOX#0' }, seq: { N: String(stored?.seq) } } } };
    expect((await host.invoke(relay, { Records: [ring] })).how).toBe('answered');

    const { Messages = [] } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body) as Json)).toMatchObject([
      { type: 'dispatch.completed', workspaceId: 'wsp_1', fields: { dispatchId: 'dsp_1' } },
    ]);
    expect(await outbox.untold(1)).toEqual([]);
  });
});
