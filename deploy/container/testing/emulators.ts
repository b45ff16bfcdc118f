import { type AddressInfo, connect, createServer } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { createTable } from '#adapters/dynamodb/engine/create-table.js';
import { lanes } from '#domain/delivery/model/dispatch.js';
import { startFakeDynamo } from '#test/fakes/dynamodb/fake-dynamodb.js';

export interface EmulatorPlaces {
  readonly host: string;
  /** 0 for any free one. */
  readonly dynamoPort: number;
  readonly awsPort: number;
}

export interface Emulators {
  readonly dynamoUrl: string;
  /** SQS, SNS and S3. */
  readonly awsUrl: string;
  stop(): Promise<void>;
}

const ACCOUNT = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'emulator', secretAccessKey: 'emulator' },
};

/** What a deployment finds on AWS: the table, a queue for each lane with its dead letters, and a bucket. In memory. */
export async function startEmulators({ host, dynamoPort, awsPort }: EmulatorPlaces): Promise<Emulators> {
  const dynamo = await startFakeDynamo();
  const door = await openDoor(dynamo.url, host, dynamoPort);
  const aws = buildApp({ logger: false });
  await aws.listen({ host, port: awsPort });
  const dynamoUrl = `http://127.0.0.1:${door.port}`;
  const awsUrl = `http://127.0.0.1:${(aws.server.address() as AddressInfo).port}`;
  await deploy(dynamoUrl, awsUrl);
  return {
    dynamoUrl,
    awsUrl,
    stop: async () => {
      door.close();
      await Promise.all([dynamo.close(), aws.close()]);
    },
  };
}

/** The fake listens on loopback alone, as fakes should; other containers come in by this. */
async function openDoor(
  url: string,
  host: string,
  port: number,
): Promise<{ readonly port: number; close(): void }> {
  const open = new Set<{ destroy(): unknown }>();
  const server = createServer((outer) => {
    const inner = connect(Number(new URL(url).port), '127.0.0.1');
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const one of open) one.destroy();
    },
  };
}

async function deploy(dynamoUrl: string, awsUrl: string): Promise<void> {
  const database = new DynamoDBClient({ ...ACCOUNT, endpoint: dynamoUrl });
  await createTable(database, 'posthorn');
  database.destroy();
  const queues = new SQSClient({ ...ACCOUNT, endpoint: awsUrl });
  for (const lane of lanes) {
    await queues.send(new CreateQueueCommand({ QueueName: `posthorn-${lane}-dead` }));
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:posthorn-${lane}-dead`;
    await queues.send(
      new CreateQueueCommand({
        QueueName: `posthorn-${lane}`,
        Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1000 }) },
      }),
    );
  }
  queues.destroy();
  const blobs = new S3Client({ ...ACCOUNT, endpoint: awsUrl, forcePathStyle: true });
  await blobs.send(new CreateBucketCommand({ Bucket: 'posthorn' }));
  blobs.destroy();
}
