import { type FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { type BatchTools, EventBatches } from '#adapters/event-batches/event-batches.js';
import type { EventSink, SinkEvent } from '#ports/events/event-sink.js';

/** What one `PutRecordBatch` takes. */
const MOST_RECORDS = 500;
const MOST_BYTES = 4 * 1024 * 1024;
const LARGEST_RECORD = 1_000 * 1024;

export interface FirehoseTools extends BatchTools {
  /** Made with `maxAttempts: 1`: asking again is done here, for those records that were not taken. */
  readonly client: Pick<FirehoseClient, 'send'>;
  readonly stream: string;
}

/** Events as lines of JSON on a Firehose stream. */
export class FirehoseEventSink implements EventSink {
  readonly #batches: EventBatches;

  constructor(tools: FirehoseTools, mostWaiting?: number) {
    const { client, stream: DeliveryStreamName } = tools;
    const service = {
      ...{ name: 'firehose', mostEvents: MOST_RECORDS, mostBytes: MOST_BYTES, largestEvent: LARGEST_RECORD },
      write: (event: SinkEvent) => `${JSON.stringify(event)}\n`,
      async send(batch: readonly string[]) {
        const Records = batch.map((line) => ({ Data: Buffer.from(line) }));
        const { RequestResponses = [] } = await client.send(
          new PutRecordBatchCommand({ DeliveryStreamName, Records }),
        );
        return RequestResponses.map(({ RecordId }) => RecordId !== undefined);
      },
    };
    this.#batches = new EventBatches(service, tools, mostWaiting);
  }

  put(event: SinkEvent): void {
    this.#batches.put(event);
  }

  flush(): Promise<'settled' | 'away'> {
    return this.#batches.flush();
  }
}
