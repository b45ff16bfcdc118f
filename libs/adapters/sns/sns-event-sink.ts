import { PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns';
import { type BatchTools, EventBatches } from '#adapters/event-batches/event-batches.js';
import type { EventSink, SinkEvent } from '#ports/events/event-sink.js';

/** What one `PublishBatch` takes, attributes included. */
const MOST_EVENTS = 10;
const MOST_BYTES = 240 * 1024;

export interface SnsTools extends BatchTools {
  /** Made with `maxAttempts: 1`: asking again is done here, for those events that were not taken. */
  readonly client: Pick<SNSClient, 'send'>;
  /** A standard topic. */
  readonly topicArn: string;
}

/** Events as JSON on a topic, for whoever subscribes to it. `type` and `workspaceId` are attributes too, by which a subscription may choose. */
export class SnsEventSink implements EventSink {
  readonly #batches: EventBatches;

  constructor(tools: SnsTools, mostWaiting?: number) {
    const { client, topicArn: TopicArn } = tools;
    const service = {
      ...{ name: 'sns', mostEvents: MOST_EVENTS, mostBytes: MOST_BYTES, largestEvent: MOST_BYTES },
      write: (event: SinkEvent) => JSON.stringify(event),
      async send(batch: readonly string[]) {
        const PublishBatchRequestEntries = batch.map((Message, at) => ({
          Id: String(at),
          Message,
          MessageAttributes: attributesOf(JSON.parse(Message) as SinkEvent),
        }));
        const { Successful = [] } = await client.send(
          new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }),
        );
        const taken = new Set(Successful.map(({ Id }) => Id));
        return batch.map((_, at) => taken.has(String(at)));
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

function attributesOf({ type, workspaceId }: SinkEvent) {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  return { type: text(type), workspaceId: text(workspaceId) };
}
