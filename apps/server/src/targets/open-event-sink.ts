import type { Provider } from '@nestjs/common';
import { EventSinks } from '#domain/events/event-sinks.js';
import type { BatchTools } from '#adapters/event-batches/event-batches.js';
import { EventSink } from '#ports/events/event-sink.js';
import type { AwsConfig } from '../config/aws-config.js';
import { answers } from './target.js';

/** The topic for other systems and the stream for analysts, where the operator has named them. */
export interface OpenedSink {
  readonly sink: EventSink | undefined;
  readonly providers: readonly Provider[];
  /** Waits as long as is said, and no longer, for what has been put to be taken: none of it is worth more. */
  flush(withinMs: number): Promise<void>;
  close(): void;
}

interface Opened {
  readonly sink: EventSink;
  readonly client: { destroy(): void };
}

const none: OpenedSink = {
  sink: undefined,
  providers: [],
  flush: () => Promise.resolve(),
  close: () => {},
};

export async function openEventSink(config: AwsConfig, tools: BatchTools): Promise<OpenedSink> {
  const { eventsTopic, eventStream } = config;
  const opened: Opened[] = [];
  if (eventsTopic !== undefined) opened.push(await openTopic(eventsTopic, config, tools));
  if (eventStream !== undefined) opened.push(await openStream(eventStream, config, tools));
  if (opened.length === 0) return none;
  const sink = new EventSinks(opened.map((one) => one.sink));
  return {
    sink,
    providers: [answers<EventSink>(EventSink, sink)],
    async flush(withinMs) {
      let cancel = (): void => {};
      const late = new Promise<void>((resolve) => {
        cancel = tools.clock.after(Math.max(0, withinMs), resolve);
      });
      await Promise.race([sink.flush(), late]).finally(() => cancel());
    },
    close: () => opened.forEach(({ client }) => client.destroy()),
  };
}

// Whoever has named none, and whoever only answers requests, need not load them.
async function openTopic(
  topicArn: string,
  { region, snsEndpoint }: AwsConfig,
  tools: BatchTools,
): Promise<Opened> {
  const [{ SNSClient }, { SnsEventSink }] = await Promise.all([
    import('@aws-sdk/client-sns'),
    import('#adapters/sns/sns-event-sink.js'),
  ]);
  const client = new SNSClient(clientAt(region, snsEndpoint));
  return { client, sink: new SnsEventSink({ client, topicArn, ...tools }) };
}

async function openStream(
  stream: string,
  { region, firehoseEndpoint }: AwsConfig,
  tools: BatchTools,
): Promise<Opened> {
  const [{ FirehoseClient }, { FirehoseEventSink }] = await Promise.all([
    import('@aws-sdk/client-firehose'),
    import('#adapters/firehose/firehose-event-sink.js'),
  ]);
  const client = new FirehoseClient(clientAt(region, firehoseEndpoint));
  return { client, sink: new FirehoseEventSink({ client, stream, ...tools }) };
}

/** Asking again is done by the sinks. */
function clientAt(region: string, endpoint: string | undefined) {
  return { region, maxAttempts: 1, ...(endpoint !== undefined && { endpoint }) };
}
