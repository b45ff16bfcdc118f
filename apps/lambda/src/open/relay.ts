import { duty } from '#apps/server/src/background-duties.js';
import { openEventSink } from '#apps/server/src/targets/open-event-sink.js';
import { RouteNotifications } from '#domain/communication/application/route-notifications.js';
import { shownItem } from '#domain/communication/model/shown-inbox-item.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import type { Handler } from '../lazily.js';
import { handlerOf, type StreamEvent } from '../relay.js';
import { flushMs } from '../flush-ms.js';
import { openTarget } from '../target/aws.js';
import type { Environment } from '../target/lambda-config.js';
import { openContexts } from '../target/open-contexts.js';

/** What the stream of the table rings for: events, notifications that are due, what is put into inboxes. */
export async function openRelay(
  env: Environment,
): Promise<Handler<StreamEvent, { batchItemFailures: never[] }>> {
  const target = await openTarget(env);
  const { stores, clock, log, realtime, users } = target;
  const events = await openEventSink(target.config.aws, target);
  const app = await openContexts({ ...target, providers: [...target.providers, ...events.providers] });
  const handle = handlerOf({
    relay: duty('event relay', app.get(RelayEvents, { strict: false })),
    outbox: stores.outbox,
    routing: duty('routing of notifications', app.get(RouteNotifications, { strict: false })),
    notifications: stores.notifications,
    tellInboxes: (items) => Promise.all(items.map((item) => users.inboxCreated(item, shownItem(item)))),
    ...{ clock, log },
  });
  return async (event, invocation) => {
    try {
      return await handle(event, invocation);
    } finally {
      await Promise.all([realtime.settled(), events.flush(flushMs(invocation))]);
    }
  };
}
