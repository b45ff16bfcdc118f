import type { EventSink, SinkEvent } from '#ports/events/event-sink.js';

/** Keeps the latest events, for whoever looks. */
export class MemoryEventSink implements EventSink {
  readonly #most: number;
  readonly #taken: SinkEvent[] = [];

  constructor(most = 10_000) {
    this.#most = most;
  }

  get taken(): readonly SinkEvent[] {
    return this.#taken;
  }

  put(event: SinkEvent): void {
    this.#taken.push(event);
    if (this.#taken.length > this.#most) this.#taken.shift();
  }

  flush(): Promise<'settled'> {
    return Promise.resolve('settled');
  }
}
