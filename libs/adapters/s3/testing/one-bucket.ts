import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from '@jest/globals';
import { buildApp } from 'fauxqs';
import type { S3Place } from '../s3-blobs.js';

type FakeS3 = ReturnType<typeof buildApp>;

/** S3 for the tests of one file: fauxqs, or whatever `S3_ENDPOINT` names. Each test has a prefix of its own in one bucket. */
export class OneBucket {
  #fake: FakeS3 | undefined;
  #client: S3Client | undefined;
  readonly #bucket = `posthorn-${randomUUID()}`;

  /** At the top of a file of tests. */
  static forThisFile(): OneBucket {
    const bucket = new OneBucket();
    beforeAll(() => bucket.#open());
    afterAll(() => bucket.#close());
    return bucket;
  }

  get client(): S3Client {
    if (!this.#client) throw new Error('It is opened before the first test.');
    return this.#client;
  }

  /** A place with nothing in it. */
  fresh(): S3Place {
    return { client: this.client, bucket: this.#bucket, prefix: `${randomUUID()}/` };
  }

  async #open(): Promise<void> {
    const given = process.env['S3_ENDPOINT'];
    this.#client = new S3Client({
      endpoint: given ?? (await this.#startFake()),
      region: process.env['AWS_REGION'] ?? 'us-east-1',
      forcePathStyle: true,
      ...(!given && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
    });
    await this.#client.send(new CreateBucketCommand({ Bucket: this.#bucket }));
  }

  async #startFake(): Promise<string> {
    this.#fake = buildApp({ logger: false });
    // What fauxqs leaves out of a presigned request: the headers that it asks for.
    this.#fake.addHook('onSend', async (request, reply, payload) => {
      for (const [name, value] of Object.entries(request.query as Record<string, string>))
        if (name.startsWith('response-') && reply.statusCode < 300)
          reply.header(name.slice('response-'.length), value);
      return payload;
    });
    await this.#fake.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${(this.#fake.server.address() as AddressInfo).port}`;
  }

  async #close(): Promise<void> {
    this.#client?.destroy();
    await this.#fake?.close();
  }
}
