import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { IntegrationEvent, StoredEvent } from '#domain/kernel/events.js';
import { EventSink, type SinkEvent } from '#ports/events/event-sink.js';
import { type EventType, RelayEvents } from './relay-events.js';

/** Each type of event: one that is missing here does not compile. */
const TYPES: Readonly<Record<EventType, true>> = {
  'address.gone': true,
  'campaign.controlled': true,
  'campaign.finished': true,
  'delivery.reported': true,
  'dispatch.completed': true,
  'dispatch.reopened': true,
  'notification.changed': true,
};

/** Puts every event that contexts tell one another on the stream for those outside. It waits for nobody: what they do not take holds up nothing here. */
@Injectable()
export class TellSinks implements OnModuleInit {
  readonly #relay: RelayEvents;
  readonly #sink: EventSink;

  constructor(relay: RelayEvents, @Inject(EventSink) sink: EventSink) {
    this.#relay = relay;
    this.#sink = sink;
  }

  onModuleInit(): void {
    for (const type of Object.keys(TYPES) as EventType[])
      this.#relay.on(type, 'tell-sinks', async (event, stored) => this.#sink.put(sinkEventOf(event, stored)));
  }
}

/** Whose address it was is for nobody outside: an event names the message. Told again it has the same id. */
function sinkEventOf(event: IntegrationEvent, { seq, at }: Pick<StoredEvent, 'seq' | 'at'>): SinkEvent {
  const { type, workspaceId, ...rest } = event;
  const told = Object.entries(rest).filter(([name, value]) => name !== 'address' && value !== undefined);
  const fields = Object.fromEntries(told) as SinkEvent['fields'];
  return { id: `${type}:${seq}`, at, type, workspaceId, fields };
}
