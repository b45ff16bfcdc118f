import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createTable } from '#adapters/dynamodb/engine/create-table.js';
import type { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
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
  readonly s3: S3Client;
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
  const s3 = new S3Client({ ...at(config.s3Endpoint), forcePathStyle: config.s3Endpoint !== undefined });
  const secrets = new SecretsManagerClient(at(config.secretsEndpoint));
  return {
    dynamo,
    sqs,
    s3,
    secrets,
    close: () => [dynamo, sqs, s3, secrets].forEach((client) => client.destroy()),
  };
}

/** For emulators: a deployment brings its table, queues and bucket, with all that their rules need. */
export async function createMissing(
  config: AwsConfig,
  clients: AwsClients,
  queues: SqsLaneSignals,
): Promise<void> {
  await createTable(clients.dynamo, config.table);
  await queues.createQueues();
  try {
    await clients.s3.send(new CreateBucketCommand({ Bucket: config.bucket }));
  } catch (error) {
    const isThere = error instanceof Error && /BucketAlready/.test(error.name);
    if (!isThere) throw error;
  }
}
