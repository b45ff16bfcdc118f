import type { StoredEvent } from '#domain/kernel/events.js';
import type { EventSink, SinkEvent } from '#ports/events/event-sink.js';
import type { EventType, RelayEvents } from './relay-events.js';

/** Complete: the compiler says so. */
const TYPES = Object.keys({
  'dispatch.completed': true,
  'dispatch.reopened': true,
  'campaign.controlled': true,
  'campaign.finished': true,
  'notification.changed': true,
  'address.gone': true,
  'delivery.reported': true,
} satisfies Record<EventType, true>) as readonly EventType[];

/** Puts every event that is told into the sink, too. Told again it is put again, under the same id. */
export function streamEvents(relay: RelayEvents, sink: Pick<EventSink, 'put'>): void {
  for (const type of TYPES)
    relay.on(type, 'stream-event', async (event, { seq, at }) => sink.put(sinkEventOf({ seq, at, event })));
}

/** All that is short and says nothing of who somebody is: no address, and no words of a provider, in which one may stand. */
function sinkEventOf({ seq, at, event }: StoredEvent): SinkEvent {
  const { type, workspaceId, ...rest } = event;
  const told = Object.entries(rest).filter(
    ([name]) => name !== 'address' && name !== 'reason' && name !== 'at',
  );
  return {
    id: String(seq),
    at: 'at' in event ? event.at : at,
    type,
    workspaceId,
    fields: Object.fromEntries(told),
  };
}
