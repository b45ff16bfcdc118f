import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Answer } from '#test/fakes/dynamodb/local-dynamo.js';
import type { DynamoFault } from '#test/fakes/dynamodb/fake-dynamodb.js';
import type { SqsFault } from '#test/fakes/sqs/fake-sqs.js';

/**
 * What the container target stands on, on loopback: DynamoDB, whose indexes lag and whose writers meet, SQS and S3. A server of ours
 * is pointed to it by `env`.
 */
export interface Cloud {
  readonly dynamo: CloudTable;
  readonly queues: CloudQueues;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** See `FakeDynamo`. */
export interface CloudTable {
  scan(table: string): Promise<readonly Record<string, unknown>[]>;
  ask(operation: string, body: string): Promise<Answer | 'lost'>;
  plan(fault: DynamoFault): Promise<void>;
}

/** See `FakeSqs`. */
export interface CloudQueues {
  plan(fault: SqsFault | 'none', times?: number): Promise<void>;
  release(): Promise<void>;
}

export interface CloudUrls {
  readonly dynamo: string;
  readonly sqs: string;
  readonly s3: string;
}

export interface CloudCall {
  readonly id: number;
  readonly what: 'scan' | 'ask' | 'planTable' | 'planQueues' | 'letGo';
  readonly args: readonly unknown[];
}

interface CloudAnswer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const THREAD = new URL('./cloud-thread.js', import.meta.url);

/** @param redisUrl left out, the processes share nothing but the table */
export async function startCloud(redisUrl?: string): Promise<Cloud> {
  const thread = new Worker(THREAD);
  const [urls] = (await once(thread, 'message')) as [CloudUrls];
  const ask = askerOf(thread);
  return {
    dynamo: {
      scan: (table) => ask('scan', table),
      ask: (operation, body) => ask('ask', operation, body),
      plan: (fault) => ask('planTable', fault),
    },
    queues: {
      plan: (fault, times) => ask('planQueues', fault, times),
      release: () => ask('letGo'),
    },
    env: envOf(urls, redisUrl),
    close: async () => void (await thread.terminate()),
  };
}

/** What leads a server of ours to them; also for servers in this process: the SDK finds its credentials where every program finds them. */
export function envOf({ dynamo, sqs, s3 }: CloudUrls, redisUrl?: string): Readonly<Record<string, string>> {
  Object.assign(process.env, CREDENTIALS);
  return {
    POSTHORN_TARGET: 'container',
    POSTHORN_CREATE: 'true',
    AWS_REGION: 'us-east-1',
    ...CREDENTIALS,
    DYNAMODB_ENDPOINT: dynamo,
    SQS_ENDPOINT: sqs,
    S3_ENDPOINT: s3,
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
  };
}

function askerOf(thread: Worker): <T>(what: CloudCall['what'], ...args: readonly unknown[]) => Promise<T> {
  const waiting = new Map<number, { done: (value: never) => void; failed: (error: Error) => void }>();
  let last = 0;
  thread.on('message', ({ id, answer, error }: CloudAnswer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.done(answer as never);
    else one?.failed(new Error(error));
  });
  return (what, ...args) =>
    new Promise((done, failed) => {
      last += 1;
      waiting.set(last, { done, failed });
      thread.postMessage({ id: last, what, args } satisfies CloudCall);
    });
}
