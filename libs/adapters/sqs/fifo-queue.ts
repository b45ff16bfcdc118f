import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { createHash } from 'node:crypto';

/** What SQS takes in one request. */
const BATCH = 10;
const KEPT_S = 14 * 86_400;

export interface FifoQueueSettings {
  readonly client: SQSClient;
  /** Without `.fifo`; its dead letters are in `<name>-dead.fifo`. */
  readonly name: string;
  /** Receives after which a message is a dead letter. */
  readonly mostReceives: number;
}

/** One message as it was received: the next receiving has another receipt. */
export interface Received {
  readonly body: string;
  readonly group: string;
  readonly receipt: string;
}

/**
 * A queue that gives out the messages of a group in the order in which they were sent, to one receiver at a time: while one is in hand, or hidden,
 * those behind it wait. Groups do not wait for one another.
 */
export class FifoQueue {
  readonly #settings: FifoQueueSettings;
  #url: Promise<string> | undefined;

  constructor(settings: FifoQueueSettings) {
    this.#settings = settings;
  }

  /** For emulators and a first start of containers; deployments bring theirs. */
  async create(): Promise<void> {
    const { client, name, mostReceives } = this.#settings;
    const FifoQueue = 'true';
    const MessageRetentionPeriod = String(KEPT_S);
    const { QueueUrl } = await client.send(
      new CreateQueueCommand({
        QueueName: `${name}-dead.fifo`,
        Attributes: { FifoQueue, MessageRetentionPeriod },
      }),
    );
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    const deadLetterTargetArn = Attributes?.['QueueArn'];
    await client.send(
      new CreateQueueCommand({
        QueueName: `${name}.fifo`,
        Attributes: {
          FifoQueue,
          MessageRetentionPeriod,
          // Each group by itself: thousands a second, and not three hundred of all together.
          DeduplicationScope: 'messageGroup',
          FifoThroughputLimit: 'perMessageGroupId',
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: mostReceives }),
        },
      }),
    );
  }

  /** @param once within five minutes the same is sent once, in its group */
  async send(group: string, once: string, content: object): Promise<void> {
    await this.#settings.client.send(
      new SendMessageCommand({
        QueueUrl: await this.#urlOf(),
        MessageBody: asciiOf(content),
        MessageGroupId: nameOf(group),
        MessageDeduplicationId: nameOf(JSON.stringify([group, once])),
      }),
    );
  }

  /** Waits for the first of them. Hidden from others for `hideS` seconds. */
  async receive(waitS: number, hideS: number): Promise<readonly Received[]> {
    const { Messages = [] } = await this.#settings.client.send(
      new ReceiveMessageCommand({
        QueueUrl: await this.#urlOf(),
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: waitS,
        VisibilityTimeout: hideS,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
    );
    return Messages.map(receivedOf);
  }

  async hide(receipts: readonly string[], seconds: number): Promise<void> {
    const Entries = receipts.map((ReceiptHandle, at) => ({
      Id: String(at),
      ReceiptHandle,
      VisibilityTimeout: seconds,
    }));
    if (Entries.length === 0) return;
    const QueueUrl = await this.#urlOf();
    await this.#settings.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }

  async forget(receipts: readonly string[]): Promise<void> {
    const Entries = receipts.map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle }));
    if (Entries.length === 0) return;
    const QueueUrl = await this.#urlOf();
    await this.#settings.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }

  #urlOf(): Promise<string> {
    const asked = (this.#url ??= this.#settings.client
      .send(new GetQueueUrlCommand({ QueueName: `${this.#settings.name}.fifo` }))
      .then(({ QueueUrl = '' }) => QueueUrl));
    // Asked again by the next: SQS may only have been away.
    asked.catch(() => (this.#url = undefined));
    return asked;
  }
}

/** SQS takes fewer characters than people write. */
function asciiOf(content: object): string {
  return JSON.stringify(content).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Of any text one that SQS takes for a name, the same for the same. */
function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function receivedOf({ Body = '', ReceiptHandle = '', Attributes }: Message): Received {
  return { body: Body, group: Attributes?.MessageGroupId ?? '', receipt: ReceiptHandle };
}
