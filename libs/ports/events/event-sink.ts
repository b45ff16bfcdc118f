import type { Instant } from '#domain/kernel/brand.js';

/** What happened to one message, for statistics: told once it is so, and of no use to anything that decides. */
export interface SinkEvent {
  /** Names this happening: whoever counts counts an id once. */
  readonly id: string;
  readonly at: Instant;
  /** `delivery.sent`, `notification.changed`, `chat.message.created` … */
  readonly type: string;
  readonly workspaceId: string;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
}

/**
 * The stream of everything that happens, for analysts.
 *
 * Guarantees: `put` never throws and never waits. What was put reaches the sink, at least once and in no order, in batches, unless the
 * process dies first or the sink is away for longer than its events fit into a bounded part of memory: then the oldest
 * are dropped, counted and logged. An event that the sink could not take at any time (too large) is dropped likewise. `flush`
 * resolves when everything that had been put has been taken, or dropped (`settled`), or when the sink has been away for some attempts
 * (`away`; what is left stays and goes later); it does not throw.
 */
export interface EventSink {
  put(event: SinkEvent): void;
  flush(): Promise<'settled' | 'away'>;
}
export const EventSink = Symbol('EventSink');
