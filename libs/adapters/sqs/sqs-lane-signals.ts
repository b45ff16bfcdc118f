import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Instant } from '#domain/kernel/brand.js';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';

/** What SQS takes in one request. */
const BATCH = 10;
/** Longest that SQS keeps a message back when it is sent, seconds: who is due later is received early, and hidden again. */
const LONGEST_DELAY = 900;
/** Longest that SQS hides what was received, seconds. */
const LONGEST_HIDING = 43_200;
/** Receives after which a message is a dead letter. Its parcel is not: the index of what is due still has it. */
const MOST_RECEIVES = 1_000;

export interface LaneQueueSettings {
  readonly client: SQSClient;
  /** Queues are `<prefix>-<lane>` and, for dead letters, `<prefix>-<lane>-dead`. */
  readonly prefix: string;
  /** How long a receive waits for its first message, seconds: 20 at most. */
  readonly waitSeconds: number;
}

interface Signal {
  readonly parcel: string;
  readonly receipt: string;
}

/**
 * A standard queue for each lane, whose messages name parcels. It is what the lanes on DynamoDB take for their signals, and promises as little as
 * they ask for: a message may come twice, late, out of order or never.
 */
export class SqsLaneSignals {
  readonly #settings: LaneQueueSettings;
  readonly #urls = new Map<Lane, Promise<string>>();

  constructor(settings: LaneQueueSettings) {
    this.#settings = settings;
  }

  /** For emulators and a first start of containers; deployments bring theirs. */
  async createQueues(): Promise<void> {
    for (const lane of lanes) {
      const dead = await this.#create(`${this.#nameOf(lane)}-dead`, { MessageRetentionPeriod: '1209600' });
      const { Attributes } = await this.#settings.client.send(
        new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
      );
      const deadLetterTargetArn = Attributes?.['QueueArn'];
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MOST_RECEIVES });
      await this.#create(this.#nameOf(lane), { RedrivePolicy, MessageRetentionPeriod: '1209600' });
    }
  }

  async send(
    lane: Lane,
    parcels: readonly { readonly id: string; readonly dueAt: Instant }[],
    now: Instant,
  ): Promise<void> {
    await this.#inBatches(parcels, async (some) => {
      const Entries = some.map(({ id, dueAt }, at) => ({
        Id: String(at),
        MessageBody: JSON.stringify({ parcel: id }),
        DelaySeconds: seconds(dueAt - now, LONGEST_DELAY),
      }));
      const QueueUrl = await this.#urlOf(lane);
      const { Failed } = await this.#settings.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      if (Failed && Failed.length > 0)
        throw new Error(`SQS did not take ${Failed.length} of ${some.length}.`);
    });
  }

  async receive(lane: Lane, most: number, hideMs: number): Promise<readonly Signal[]> {
    const { Messages = [] } = await this.#settings.client.send(
      new ReceiveMessageCommand({
        QueueUrl: await this.#urlOf(lane),
        MaxNumberOfMessages: Math.max(1, Math.min(BATCH, most)),
        WaitTimeSeconds: this.#settings.waitSeconds,
        VisibilityTimeout: seconds(hideMs, LONGEST_HIDING),
      }),
    );
    return Messages.flatMap(({ Body, ReceiptHandle: receipt }) => {
      const parcel = parcelIn(Body);
      // What is no message of ours is received until it is a dead letter, where somebody sees it.
      return parcel === undefined || receipt === undefined ? [] : [{ parcel, receipt }];
    });
  }

  async hide(lane: Lane, signals: readonly Signal[], ms: number): Promise<void> {
    await this.#inBatches(signals, async (some) => {
      const VisibilityTimeout = seconds(ms, LONGEST_HIDING);
      const Entries = some.map(({ receipt }, at) => ({
        Id: String(at),
        ReceiptHandle: receipt,
        VisibilityTimeout,
      }));
      const QueueUrl = await this.#urlOf(lane);
      await this.#settings.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    });
  }

  async forget(lane: Lane, signals: readonly Signal[]): Promise<void> {
    await this.#inBatches(signals, async (some) => {
      const Entries = some.map(({ receipt }, at) => ({ Id: String(at), ReceiptHandle: receipt }));
      const QueueUrl = await this.#urlOf(lane);
      await this.#settings.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    });
  }

  async #inBatches<T>(all: readonly T[], act: (some: readonly T[]) => Promise<void>): Promise<void> {
    for (let from = 0; from < all.length; from += BATCH) await act(all.slice(from, from + BATCH));
  }

  async #create(QueueName: string, Attributes: Record<string, string>): Promise<string> {
    const { QueueUrl = '' } = await this.#settings.client.send(
      new CreateQueueCommand({ QueueName, Attributes }),
    );
    return QueueUrl;
  }

  #urlOf(lane: Lane): Promise<string> {
    const known = this.#urls.get(lane);
    if (known) return known;
    const asked = this.#settings.client
      .send(new GetQueueUrlCommand({ QueueName: this.#nameOf(lane) }))
      .then(({ QueueUrl = '' }) => QueueUrl);
    this.#urls.set(lane, asked);
    // Asked again by the next: SQS may only have been away.
    asked.catch(() => this.#urls.delete(lane));
    return asked;
  }

  #nameOf(lane: Lane): string {
    return `${this.#settings.prefix}-${lane}`;
  }
}

/** Never before the instant: a message that comes early is hidden again for nothing. */
function seconds(ms: number, most: number): number {
  return Math.max(0, Math.min(most, Math.ceil(ms / 1000)));
}

function parcelIn(body: string | undefined): string | undefined {
  try {
    const { parcel } = JSON.parse(body ?? '') as { parcel?: unknown };
    return typeof parcel === 'string' ? parcel : undefined;
  } catch {
    return undefined;
  }
}
