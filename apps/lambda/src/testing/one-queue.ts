import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { OneSqs } from '#adapters/sqs/testing/one-sqs.js';
import type { QueueSource } from '#test/fakes/lambda/lambda-host.js';

/** Queues for the tests of one file, each of which has one of its own. */
export class OneQueue {
  readonly #sqs: OneSqs;

  constructor(sqs: OneSqs) {
    this.#sqs = sqs;
  }

  /** At the top of a file of tests. */
  static forThisFile(): OneQueue {
    return new OneQueue(OneSqs.forThisFile());
  }

  /** Empty; what is received and not deleted is there again at once. */
  async fresh(batch = 10): Promise<QueueSource> {
    const { QueueUrl = '' } = await this.#sqs.client.send(
      new CreateQueueCommand({ QueueName: `lane-${randomUUID()}`, Attributes: { VisibilityTimeout: '0' } }),
    );
    return { client: this.#sqs.client, url: QueueUrl, batch };
  }

  async send({ url }: QueueSource, bodies: readonly string[]): Promise<void> {
    const Entries = bodies.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
    await this.#sqs.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  }

  async left({ url }: QueueSource): Promise<number> {
    const { Attributes } = await this.#sqs.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    const { ApproximateNumberOfMessages: seen = '0', ApproximateNumberOfMessagesNotVisible: hidden = '0' } =
      Attributes ?? {};
    return Number(seen) + Number(hidden);
  }
}
