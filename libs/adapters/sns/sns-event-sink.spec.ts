import { randomUUID } from 'node:crypto';
import {
  CreateTopicCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildApp } from 'fauxqs';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { aSinkEvent, describeEventSinkContract } from '#ports/events/event-sink.contract.js';
import type { SinkEvent } from '#ports/events/event-sink.js';
import { SnsEventSink } from './sns-event-sink.js';

let fake: ReturnType<typeof buildApp>;
let sns: SNSClient;
let sqs: SQSClient;
beforeAll(async () => {
  fake = buildApp({ logger: false });
  const endpoint = await fake.listen({ host: '127.0.0.1', port: 0 });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = { endpoint, region: 'us-east-1', maxAttempts: 1, credentials };
  [sns, sqs] = [new SNSClient(config), new SQSClient(config)];
});
afterAll(async () => {
  sns.destroy();
  sqs.destroy();
  await fake.close();
});

async function aTopic(): Promise<string> {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `events-${randomUUID()}` }));
  return TopicArn;
}

/** Somebody who hears of what is published from now on: what they have not taken yet, when they are asked. */
async function aConsumer(
  topicArn: string,
  types?: readonly string[],
): Promise<() => Promise<readonly SinkEvent[]>> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `consumer-${randomUUID()}` }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: Attributes?.['QueueArn'],
      ReturnSubscriptionArn: true,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  if (types) {
    const AttributeValue = JSON.stringify({ type: types });
    const named = { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue };
    await sns.send(new SetSubscriptionAttributesCommand(named));
  }
  return async () => {
    const taken: SinkEvent[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return taken;
      taken.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as SinkEvent));
      const Entries = Messages.map(({ ReceiptHandle = '' }, at) => ({ Id: String(at), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };
}

const tools = () => ({ clock: new SystemClock(), randomness: new CryptoRandomness(), log: new MemoryLog() });

describeEventSinkContract(
  'SnsEventSink',
  async () => {
    const topicArn = await aTopic();
    const taken = await aConsumer(topicArn);
    const sink = new SnsEventSink({ client: sns, topicArn, ...tools() });
    return { sink, taken, close: () => Promise.resolve() };
  },
  105,
);

describe('SnsEventSink', () => {
  it('tells several consumers, each of what they want to hear of', async () => {
    const topicArn = await aTopic();
    const all = await aConsumer(topicArn);
    const some = await aConsumer(topicArn, ['delivery.reported']);
    const sink = new SnsEventSink({ client: sns, topicArn, ...tools() });
    sink.put(aSinkEvent('e1'));
    sink.put({ ...aSinkEvent('e2'), type: 'delivery.reported' });
    expect(await sink.flush()).toBe('settled');
    expect((await all()).map(({ id }) => id).toSorted()).toEqual(['e1', 'e2']);
    expect((await some()).map(({ id }) => id)).toEqual(['e2']);
  });

  it('asks again for those events that were not taken, and for no other', async () => {
    const asked: string[][] = [];
    const client = {
      send: async ({
        input,
      }: {
        input: { PublishBatchRequestEntries: { Id: string; Message: string }[] };
      }) => {
        const entries = input.PublishBatchRequestEntries;
        asked.push(entries.map(({ Message }) => (JSON.parse(Message) as SinkEvent).id));
        if (asked.length === 1) throw new Error('SNS is away.');
        return { Successful: entries.filter((_, at) => asked.length > 2 || at !== 1) };
      },
    };
    const clock = new DrivenClock();
    const log = new MemoryLog();
    const own = { clock, log, randomness: { unit: () => 1 } };
    const sink = new SnsEventSink({ client: client as never, topicArn: 'arn', ...own });
    for (const id of ['e1', 'e2', 'e3']) sink.put(aSinkEvent(id));
    let how: string | undefined;
    void sink.flush().then((said) => (how = said));
    while (how === undefined) await clock.advance(100);
    expect(asked).toEqual([['e1', 'e2', 'e3'], ['e1', 'e2', 'e3'], ['e2']]);
    expect(log.complaints).toEqual(['sns.unavailable']);
  });

  it('drops what no request could hold, and says so', async () => {
    const topicArn = await aTopic();
    const taken = await aConsumer(topicArn);
    const log = new MemoryLog();
    const sink = new SnsEventSink({ client: sns, topicArn, ...tools(), log });
    sink.put(aSinkEvent('huge', { words: 'x'.repeat(250_000) }));
    sink.put(aSinkEvent('e1'));
    expect(await sink.flush()).toBe('settled');
    expect((await taken()).map(({ id }) => id)).toEqual(['e1']);
    expect(log.complaints).toEqual(['sns.event_unfit']);
  });
});
