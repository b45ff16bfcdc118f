import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '#ports/system/clock.js';

interface Answer {
  readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
}

export interface Invoked<T> {
  /** `killed`: it did not answer in time. What it had begun goes on, as it does where a process is thawed. */
  readonly how: 'answered' | 'failed' | 'killed';
  readonly answer: T | undefined;
}

/** Invokes handlers as Lambda does: with the time that is left, and not a moment longer. */
export class LambdaHost {
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  async invoke<E, T>(
    handler: (event: E, invocation: { getRemainingTimeInMillis(): number }) => Promise<T>,
    event: E,
  ): Promise<Invoked<T>> {
    const endsAt = this.#clock.monotonic() + this.#timeoutMs;
    const invocation = { getRemainingTimeInMillis: () => Math.max(0, endsAt - this.#clock.monotonic()) };
    let cancel = (): void => {};
    const killed = new Promise<Invoked<T>>((resolve) => {
      cancel = this.#clock.after(this.#timeoutMs, () => resolve({ how: 'killed', answer: undefined }));
    });
    const answered = handler(event, invocation).then(
      (answer): Invoked<T> => ({ how: 'answered', answer }),
      (): Invoked<T> => ({ how: 'failed', answer: undefined }),
    );
    const invoked = await Promise.race([answered, killed]);
    cancel();
    return invoked;
  }
}

export interface QueueSource {
  readonly client: SQSClient;
  readonly url: string;
  readonly batch: number;
  /** How long it waits for a message; not at all if undefined. */
  readonly waitSeconds?: number;
}

export interface FedBatch {
  readonly received: number;
  readonly deleted: number;
  readonly how: Invoked<unknown>['how'] | 'idle';
}

/**
 * One round of the poller between a queue and a function: up to a batch is received, and of an answer everything is deleted but what it
 * names. Nothing is deleted of an invocation that failed, was killed, or named a message that was not in the batch.
 */
export async function feedBatch<T extends Answer>(
  host: LambdaHost,
  { client, url, batch, waitSeconds }: QueueSource,
  handler: (event: never, invocation: { getRemainingTimeInMillis(): number }) => Promise<T>,
): Promise<FedBatch> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: batch,
      ...(waitSeconds !== undefined && { WaitTimeSeconds: waitSeconds }),
      MessageSystemAttributeNames: ['All'],
    }),
  );
  if (Messages.length === 0) return { received: 0, deleted: 0, how: 'idle' };
  const Records = Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${url.split('/').at(-1) ?? ''}`,
    awsRegion: 'us-east-1',
  }));
  const { how, answer } = await host.invoke(handler, { Records } as never);
  const failed = new Set((answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  const isKnown = [...failed].every((id) => Records.some(({ messageId }) => messageId === id));
  const done = how === 'answered' && isKnown ? Records.filter(({ messageId }) => !failed.has(messageId)) : [];
  if (done.length > 0)
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: done.map(({ receiptHandle }, at) => ({ Id: String(at), ReceiptHandle: receiptHandle })),
      }),
    );
  return { received: Records.length, deleted: done.length, how };
}
