import { buildApp } from 'fauxqs';
import { startFakeDynamo, type FakeDynamo } from '#test/fakes/dynamodb/fake-dynamodb.js';
import { BUSY } from '#test/fakes/dynamodb/hardness.js';

/**
 * What the container target stands on, on loopback: DynamoDB, whose indexes lag and whose writers meet, SQS and S3. A server of
 * ours is pointed to it by `env`.
 */
export interface Cloud {
  readonly dynamo: FakeDynamo;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/** @param redisUrl left out, the processes share nothing but the table */
export async function startCloud(redisUrl?: string): Promise<Cloud> {
  // For servers in this process: the SDK finds these where every program finds them.
  Object.assign(process.env, CREDENTIALS);
  const dynamo = await startFakeDynamo(BUSY);
  const queues = buildApp({ logger: false });
  const url = await queues.listen({ host: '127.0.0.1', port: 0 });
  return {
    dynamo,
    env: {
      POSTHORN_TARGET: 'container',
      POSTHORN_CREATE: 'true',
      AWS_REGION: 'us-east-1',
      ...CREDENTIALS,
      DYNAMODB_ENDPOINT: dynamo.url,
      SQS_ENDPOINT: url,
      S3_ENDPOINT: url,
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    },
    async close() {
      await queues.close();
      await dynamo.close();
    },
  };
}
