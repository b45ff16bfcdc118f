import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from '@jest/globals';
import { buildApp } from 'fauxqs';
import type { QueueSource } from '#test/fakes/lambda/lambda-host.js';

/** SQS for the tests of one file: fauxqs, or whatever `SQS_ENDPOINT` names. Each test has a queue of its own. */
export class OneQueue {
  #fake: ReturnType<typeof buildApp> | undefined;
  #client: SQSClient | undefined;

  /** At the top of a file of tests. */
  static forThisFile(): OneQueue {
    const queue = new OneQueue();
    beforeAll(() => queue.#open());
    afterAll(() => queue.#close());
    return queue;
  }

  get client(): SQSClient {
    if (!this.#client) throw new Error('It is opened before the first test.');
    return this.#client;
  }

  /** Empty; what is received and not deleted is there again at once. */
  async fresh(batch = 10): Promise<QueueSource> {
    const { QueueUrl = '' } = await this.client.send(
      new CreateQueueCommand({ QueueName: `lane-${randomUUID()}`, Attributes: { VisibilityTimeout: '0' } }),
    );
    return { client: this.client, url: QueueUrl, batch };
  }

  async send({ url }: QueueSource, bodies: readonly string[]): Promise<void> {
    const Entries = bodies.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
    await this.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  }

  async left({ url }: QueueSource): Promise<number> {
    const { Attributes } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    const { ApproximateNumberOfMessages: seen = '0', ApproximateNumberOfMessagesNotVisible: hidden = '0' } =
      Attributes ?? {};
    return Number(seen) + Number(hidden);
  }

  async #open(): Promise<void> {
    const given = process.env['SQS_ENDPOINT'];
    this.#client = new SQSClient({
      endpoint: given ?? (await this.#startFake()),
      region: process.env['AWS_REGION'] ?? 'us-east-1',
      ...(!given && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
    });
  }

  async #startFake(): Promise<string> {
    this.#fake = buildApp({ logger: false });
    await this.#fake.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${(this.#fake.server.address() as AddressInfo).port}`;
  }

  async #close(): Promise<void> {
    this.#client?.destroy();
    await this.#fake?.close();
  }
}
