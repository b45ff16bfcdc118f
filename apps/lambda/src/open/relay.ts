import { openEventSink } from '#apps/server/src/targets/open-event-sink.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import type { Handler } from '../lazily.js';
import { handlerOf, type StreamEvent } from '../relay.js';
import { openTarget } from '../target/aws.js';
import type { Environment } from '../target/lambda-config.js';
import { openContexts } from '../target/open-contexts.js';

export async function openRelay(
  env: Environment,
): Promise<Handler<StreamEvent, { batchItemFailures: never[] }>> {
  const target = await openTarget(env, ({ config, clock, randomness, log }) =>
    openEventSink(config.aws, { clock, randomness, log }),
  );
  const { stores, clock, log, realtime, eventSink } = target;
  const relayEvents = (await openContexts(target)).get(RelayEvents, { strict: false });
  const relay = { start: () => relayEvents.start(), stop: () => relayEvents.stop() };
  const handle = handlerOf({ relay, outbox: stores.outbox, clock, log });
  return async (event, invocation) => {
    try {
      return await handle(event, invocation);
    } finally {
      await Promise.all([realtime.settled(), eventSink.flush()]);
    }
  };
}
