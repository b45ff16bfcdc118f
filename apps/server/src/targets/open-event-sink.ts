import type { Provider } from '@nestjs/common';
import { EventSink } from '#ports/events/event-sink.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { AwsConfig } from '../config/aws-config.js';
import { answers } from './target.js';

/** The stream for analysts, where the operator has named one. */
export interface OpenedSink {
  readonly sink: EventSink | undefined;
  readonly providers: readonly Provider[];
  /** Waits as long as is said, and no longer, for what has been put to be taken: none of it is worth more. */
  flush(withinMs: number): Promise<void>;
  close(): void;
}

export interface SinkTools {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
}

const none: OpenedSink = {
  sink: undefined,
  providers: [],
  flush: () => Promise.resolve(),
  close: () => {},
};

export async function openEventSink(
  { region, eventStream, firehoseEndpoint }: AwsConfig,
  tools: SinkTools,
): Promise<OpenedSink> {
  if (eventStream === undefined) return none;
  // Whoever has no stream, and whoever only answers requests, need not load it.
  const [{ FirehoseClient }, { FirehoseEventSink }] = await Promise.all([
    import('@aws-sdk/client-firehose'),
    import('#adapters/firehose/firehose-event-sink.js'),
  ]);
  const endpoint = firehoseEndpoint === undefined ? {} : { endpoint: firehoseEndpoint };
  const client = new FirehoseClient({ region, ...endpoint, maxAttempts: 1 });
  const sink = new FirehoseEventSink({ client, stream: eventStream, ...tools });
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
    close: () => client.destroy(),
  };
}
