import type { IntegrationEvent, StoredEvent } from '#domain/kernel/events.js';
import type { EventSink, SinkEvent } from '#ports/events/event-sink.js';
import type { EventType, RelayEvents } from './relay-events.js';

/** What people say to one another is for nobody else. */
type Private = 'message.logged';

/** Complete but for those: the compiler says so. */
const TYPES = Object.keys({
  'dispatch.completed': true,
  'dispatch.reopened': true,
  'campaign.controlled': true,
  'campaign.finished': true,
  'notification.changed': true,
  'address.gone': true,
  'delivery.reported': true,
} satisfies Record<Exclude<EventType, Private>, true>) as readonly Exclude<EventType, Private>[];

/** Puts every event that is told into the sink, too. Told again it is put again, under the same id. */
export function streamEvents(relay: RelayEvents, sink: Pick<EventSink, 'put'>): void {
  for (const type of TYPES)
    relay.on(type, 'stream-event', async (event, { seq, at }) => sink.put(sinkEventOf(event, { seq, at })));
}

/** All that is short and says nothing of who somebody is: no address, and no words of a provider, in which one may stand. */
function sinkEventOf(
  event: Exclude<IntegrationEvent, { type: Private }>,
  { seq, at }: Pick<StoredEvent, 'seq' | 'at'>,
): SinkEvent {
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
