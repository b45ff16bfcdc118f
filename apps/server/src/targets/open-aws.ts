import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createTable } from '#adapters/dynamodb/engine/create-table.js';
import type { DynamoTable } from '#adapters/dynamodb/engine/dynamo-table.js';
import { DynamoSecrets } from '#adapters/dynamodb/secrets/dynamo-secrets.js';
import { SecretsManagerSecrets } from '#adapters/secrets-manager/secrets-manager-secrets.js';
import type { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { Secrets } from '#ports/system/secrets.js';
import type { AwsConfig } from '../config/aws-config.js';

/** Milliseconds. What takes longer has been lost, and is asked again by whoever knows that it may be. */
const CONNECT_WITHIN_MS = 2_000;
const ANSWER_WITHIN_MS = 10_000;
/** A long poll of SQS waits 20 s. */
const POLL_WITHIN_MS = 30_000;
const MOST_SOCKETS = 128;

export interface AwsClients {
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  /** Made, and its SDK read, when somebody first asks: most functions never do. */
  s3(): Promise<S3Client>;
  readonly secrets: SecretsManagerClient;
  close(): void;
}

/**
 * One client of each service for the process: connections are kept alive, and shared by all that ask.
 * @param answerWithinMs of one request to the table
 */
export function openAws(config: AwsConfig, answerWithinMs = ANSWER_WITHIN_MS): AwsClients {
  const { region } = config;
  const at = (endpoint: string | undefined) => ({ region, ...(endpoint !== undefined && { endpoint }) });
  const within = (requestTimeout: number) =>
    new NodeHttpHandler({
      connectionTimeout: CONNECT_WITHIN_MS,
      requestTimeout,
      // Left to itself the SDK says a word about it, and waits on: for ever, where a connection has died in silence.
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: MOST_SOCKETS, keepAlive: true },
      httpsAgent: { maxSockets: MOST_SOCKETS, keepAlive: true },
    });
  // The engine of the one table asks again itself, and nobody else of it.
  const dynamo = new DynamoDBClient({
    ...at(config.dynamodbEndpoint),
    maxAttempts: 1,
    requestHandler: within(answerWithinMs),
  });
  const sqs = new SQSClient({ ...at(config.sqsEndpoint), requestHandler: within(POLL_WITHIN_MS) });
  const secrets = new SecretsManagerClient(at(config.secretsEndpoint));
  let s3: Promise<S3Client> | undefined;
  return {
    dynamo,
    sqs,
    s3: () => (s3 ??= openS3({ ...at(config.s3Endpoint), forcePathStyle: config.s3Endpoint !== undefined })),
    secrets,
    close() {
      for (const client of [dynamo, sqs, secrets]) client.destroy();
      void s3?.then((client) => client.destroy());
    },
  };
}

/** In Secrets Manager, where it is told of a name; else in the table, which everybody who may read the table can read. */
export function secretsOver(
  config: AwsConfig,
  clients: AwsClients,
  table: DynamoTable,
  randomness: Randomness,
): Secrets {
  if (config.secrets === undefined) return new DynamoSecrets(table, randomness);
  return new SecretsManagerSecrets({ client: clients.secrets, prefix: config.secrets }, randomness);
}

async function openS3(config: S3ClientConfig): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client(config);
}

/** For emulators: a deployment brings its table, queues and bucket, with all that their rules need. */
export async function createMissing(
  config: AwsConfig,
  clients: AwsClients,
  queues: SqsLaneSignals,
  ...others: readonly { createQueue(): Promise<void> }[]
): Promise<void> {
  await createTable(clients.dynamo, config.table);
  await queues.createQueues();
  for (const one of others) await one.createQueue();
  try {
    const { CreateBucketCommand } = await import('@aws-sdk/client-s3');
    await (await clients.s3()).send(new CreateBucketCommand({ Bucket: config.bucket }));
  } catch (error) {
    const isThere = error instanceof Error && /BucketAlready/.test(error.name);
    if (!isThere) throw error;
  }
}
