import { EventSinks } from '#domain/events/event-sinks.js';
import type { BatchTools } from '#adapters/event-batches/event-batches.js';
import type { EventSink } from '#ports/events/event-sink.js';
import type { AwsConfig } from '../config/aws-config.js';

/** Those that an operator has named. Their SDKs are read only then. */
export async function openEventSink(config: AwsConfig, tools: BatchTools): Promise<EventSink> {
  const { region, eventsTopic: topicArn, eventStream: stream } = config;
  const at = (endpoint: string | undefined) => ({ region, maxAttempts: 1, ...(endpoint && { endpoint }) });
  const sinks: EventSink[] = [];
  if (topicArn !== undefined) {
    const { SNSClient } = await import('@aws-sdk/client-sns');
    const { SnsEventSink } = await import('#adapters/sns/sns-event-sink.js');
    sinks.push(new SnsEventSink({ client: new SNSClient(at(config.snsEndpoint)), topicArn, ...tools }));
  }
  if (stream !== undefined) {
    const { FirehoseClient } = await import('@aws-sdk/client-firehose');
    const { FirehoseEventSink } = await import('#adapters/firehose/firehose-event-sink.js');
    const client = new FirehoseClient(at(config.firehoseEndpoint));
    sinks.push(new FirehoseEventSink({ client, stream, ...tools }));
  }
  return new EventSinks(sinks);
}
