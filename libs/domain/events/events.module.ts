import { Global, Module } from '@nestjs/common';
import { EventSink } from '#ports/events/event-sink.js';
import { Outbox } from '#ports/events/outbox.js';
import { Timers } from '#ports/events/timers.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import { Randomness } from '#ports/system/randomness.js';
import { RelayEvents } from './relay-events.js';
import { RingTimers } from './ring-timers.js';
import { streamEvents } from './stream-events.js';

/**
 * How contexts hear of one another and of the passing of time. A context registers its handlers in its module's
 * `onModuleInit` (`relay.on('dispatch.completed', 'finish-campaign', …)`, `timers.on('start-campaign', …)`); the server
 * starts both when it has the role for it, after all of them have.
 */
@Global()
@Module({
  providers: [
    {
      provide: RelayEvents,
      inject: [Outbox, Clock, Randomness, Log, { token: EventSink, optional: true }],
      useFactory: (outbox: Outbox, clock: Clock, randomness: Randomness, log: Log, sink?: EventSink) => {
        const relay = new RelayEvents(outbox, clock, randomness, log);
        if (sink) streamEvents(relay, sink);
        return relay;
      },
    },
    {
      provide: RingTimers,
      inject: [Timers, Clock, Randomness, Log],
      useFactory: (timers: Timers, clock: Clock, randomness: Randomness, log: Log) =>
        new RingTimers(timers, clock, randomness, log),
    },
  ],
  exports: [RelayEvents, RingTimers],
})
export class EventsModule {}
