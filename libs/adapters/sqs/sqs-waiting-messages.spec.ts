import { randomUUID } from 'node:crypto';
import { GetQueueUrlCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { aWaitingMessage, describeWaitingMessagesContract } from '#ports/chat/waiting-messages.contract.js';
import { SqsWaitingMessages } from './sqs-waiting-messages.js';
import { OneSqs } from './testing/one-sqs.js';

const sqs = OneSqs.forThisFile();

const over = (prefix: string): SqsWaitingMessages =>
  new SqsWaitingMessages({
    ...{ client: sqs.client, prefix, waitSeconds: 0, againSeconds: 0 },
    ...{ clock: new SystemClock(), log: new MemoryLog() },
  });

async function fresh(): Promise<string> {
  const prefix = `test-${randomUUID()}`;
  await over(prefix).createQueue();
  return prefix;
}

describeWaitingMessagesContract('SqsWaitingMessages', async () => {
  const prefix = await fresh();
  const another = (): SqsWaitingMessages => over(prefix);
  return { waiting: another(), another, keeps: true, close: () => Promise.resolve() };
});

describe('SqsWaitingMessages', () => {
  const receivedIn = async (prefix: string): Promise<string[]> => {
    const QueueName = `${prefix}-chat-store.fifo`;
    const { QueueUrl } = await sqs.client.send(new GetQueueUrlCommand({ QueueName }));
    const { Messages = [] } = await sqs.client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body = '' }) => Body);
  };

  it('keeps a message once that its sender asks for again and again', async () => {
    const prefix = await fresh();
    for (let n = 0; n < 3; n++) await over(prefix).put(aWaitingMessage('cnv_1', 'a'));
    await over(prefix).put(aWaitingMessage('cnv_2', 'a'));
    expect(await receivedIn(prefix)).toHaveLength(2);
  });

  it('leaves in its place what came behind one that is to come later, in a batch of one conversation', async () => {
    const received = ['a', 'b', 'c'].map((one) => ({
      body: JSON.stringify(aWaitingMessage('cnv_1', one)),
      group: 'g1',
      receipt: one,
    }));
    const other = { body: JSON.stringify(aWaitingMessage('cnv_2', 'd')), group: 'g2', receipt: 'd' };
    const seen: string[] = [];
    const again = await over('unasked').take([...received, other], async ({ said }) => {
      seen.push(said.clientMessageId);
      return said.clientMessageId === 'b' ? 'later' : 'done';
    });
    expect(seen.toSorted()).toEqual(['a', 'b', 'd']);
    expect(again).toEqual(['b', 'c']);
  });

  it('asks for what it cannot read again and again, until it is a dead letter', async () => {
    const bodies = ['nonsense', '{}', '{"said":{}}', 'null'];
    const received = bodies.map((body, at) => ({ body, group: `g${at}`, receipt: `r${at}` }));
    const again = await over('unasked').take(received, async () => 'done');
    expect(again).toEqual(['r0', 'r1', 'r2', 'r3']);
  });
});
