import type { EventSink, SinkEvent } from '#ports/events/event-sink.js';

/** Several as one; of none, what nobody hears. */
export class EventSinks {
  readonly #sinks: readonly EventSink[];

  constructor(sinks: readonly EventSink[]) {
    this.#sinks = sinks;
  }

  put(event: SinkEvent): void {
    for (const sink of this.#sinks) sink.put(event);
  }

  async flush(): Promise<'settled' | 'away'> {
    const said = await Promise.all(this.#sinks.map((sink) => sink.flush()));
    return said.includes('away') ? 'away' : 'settled';
  }
}
