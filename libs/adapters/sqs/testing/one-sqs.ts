import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from '@jest/globals';
import { type FakeSqs, startFakeSqs } from '#test/fakes/sqs/fake-sqs.js';

/** SQS for the tests of one file: the fake, or whatever `SQS_ENDPOINT` names. */
export class OneSqs {
  #fake: FakeSqs | undefined;
  #client: SQSClient | undefined;

  /** At the top of a file of tests. */
  static forThisFile(): OneSqs {
    const sqs = new OneSqs();
    beforeAll(() => sqs.#open());
    afterAll(() => sqs.#close());
    return sqs;
  }

  get client(): SQSClient {
    if (!this.#client) throw new Error('It is opened before the first test.');
    return this.#client;
  }

  /** For faults and a look behind the door; undefined where a real endpoint is asked. */
  get fake(): FakeSqs | undefined {
    return this.#fake;
  }

  async #open(): Promise<void> {
    const given = process.env['SQS_ENDPOINT'];
    this.#fake = given ? undefined : await startFakeSqs();
    this.#client = new SQSClient({
      endpoint: given ?? this.#fake?.url ?? '',
      region: process.env['AWS_REGION'] ?? 'us-east-1',
      maxAttempts: 1,
      ...(!given && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
    });
  }

  async #close(): Promise<void> {
    this.#client?.destroy();
    await this.#fake?.close();
  }
}
