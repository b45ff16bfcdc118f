import { buildApp } from 'fauxqs';
import { type FakeDynamo, startFakeDynamo } from '#test/fakes/dynamodb/fake-dynamodb.js';
import { envOf } from './cloud.js';

/** The cloud of a test in its own thread, for what has to happen in one step with the table: a fault that comes with a commit, say. */
export interface CloudHere {
  readonly dynamo: FakeDynamo;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startCloudHere(): Promise<CloudHere> {
  const dynamo = await startFakeDynamo();
  const queues = buildApp({ logger: false });
  const url = await queues.listen({ host: '127.0.0.1', port: 0 });
  return {
    dynamo,
    env: envOf({ dynamo: dynamo.url, sqs: url, s3: url }),
    async close() {
      await queues.close();
      await dynamo.close();
    },
  };
}
