import type { IntegrationEvent, StoredEvent } from '#domain/kernel/events.js';
import { LookAgain } from '#domain/kernel/look-again.js';
import type { Outbox } from '#ports/events/outbox.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Randomness } from '#ports/system/randomness.js';
import { backoffMs } from './backoff.js';

export type EventType = IntegrationEvent['type'];
export type EventOf<T extends EventType> = Extract<IntegrationEvent, { type: T }>;

interface Listener {
  readonly name: string;
  readonly handle: (event: IntegrationEvent, stored: Pick<StoredEvent, 'seq' | 'at'>) => Promise<void>;
}

/** An event that could not be told to everybody yet. */
interface Delayed {
  failures: number;
  /** By the monotonic clock. */
  readonly retryAt: number;
  readonly heardBy: ReadonlySet<string>;
}

/** Events looked at in one go. */
const AT_ONCE = 100;
/** We look this often though nobody called: the call is a hint that may be missed (ms). */
const LOOK_EVERY_MS = 5000;

/**
 * Tells every event of the outbox to the handlers of its type, those of one subject (a dispatch, a campaign, a notification)
 * one after the other, and crosses it off when all of them have heard it. A handler that fails is asked again, later and later; events behind it go ahead meanwhile, so
 * that one bad event delays none but itself. If the process dies, events that were told but not crossed off are told
 * again: handlers are idempotent.
 */
export class RelayEvents {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  readonly #log: Log;
  readonly #listeners = new Map<EventType, Listener[]>();
  readonly #delayed = new Map<number, Delayed>();
  readonly #looker: LookAgain;

  constructor(outbox: Outbox, clock: Clock, randomness: Randomness, log: Log) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#randomness = randomness;
    this.#log = log;
    this.#looker = new LookAgain(
      clock,
      async () => ((await this.#tellPage()) ? 'again' : this.#restMs()),
      (error) => {
        log.error('outbox.unreadable', { error });
        return this.#restMs();
      },
    );
  }

  /** @param name what the handler does, unique among the handlers of this type; it stands in the log when it fails */
  on<T extends EventType>(
    type: T,
    name: string,
    handle: (event: EventOf<T>, stored: Pick<StoredEvent, 'seq' | 'at'>) => Promise<void>,
  ): void {
    if (this.#looker.state !== 'new') throw new Error('Handlers are registered before the relay starts.');
    const listeners = this.#listeners.get(type) ?? [];
    if (listeners.some((listener) => listener.name === name))
      throw new Error(`${name} is registered for ${type} twice.`);
    listeners.push({ name, handle: handle as Listener['handle'] });
    this.#listeners.set(type, listeners);
  }

  start(): void {
    this.#looker.start((call) => this.#outbox.onAppended(call));
  }

  /** Finishes what it is telling just now, and tells nothing more. */
  stop(): Promise<void> {
    return this.#looker.stop();
  }

  /** Answers whether there may be more to tell right away. */
  async #tellPage(): Promise<boolean> {
    // Those that are put off stay in the outbox, at its head: we look past them, however many they are.
    const limit = AT_ONCE + this.#delayed.size;
    const events = await this.#outbox.untold(limit);
    const now = this.#clock.monotonic();
    const due = events.filter(({ seq }) => (this.#delayed.get(seq)?.retryAt ?? 0) <= now);
    // Side by side, or a thousand notifications a second would wait for each other's commits.
    const told = (
      await Promise.all(
        [...Map.groupBy(due, ({ event }) => subjectOf(event)).values()].map((same) => this.#tellInTurn(same)),
      )
    ).flat();
    if (told.length > 0) await this.#outbox.told(told);
    for (const seq of told) this.#delayed.delete(seq);
    const complete = events.length < limit;
    if (complete) this.#forgetAllBut(events);
    return !complete && due.length > 0;
  }

  /** The events of one subject, in their order. Answers which have been told. */
  async #tellInTurn(events: readonly StoredEvent[]): Promise<number[]> {
    const told: number[] = [];
    for (const stored of events) {
      if (!this.#looker.running) break;
      if (await this.#tell(stored)) told.push(stored.seq);
    }
    return told;
  }

  /** What another process has told needs no place in our memory. */
  #forgetAllBut(events: readonly StoredEvent[]): void {
    if (this.#delayed.size === 0) return;
    const seqs = new Set(events.map(({ seq }) => seq));
    for (const seq of this.#delayed.keys()) if (!seqs.has(seq)) this.#delayed.delete(seq);
  }

  async #tell({ seq, at, event }: StoredEvent): Promise<boolean> {
    const before = this.#delayed.get(seq);
    const heardBy = new Set(before?.heardBy);
    const failures = (before?.failures ?? 0) + 1;
    for (const { name, handle } of this.#listeners.get(event.type) ?? []) {
      if (heardBy.has(name)) continue;
      try {
        await handle(event, { seq, at });
        heardBy.add(name);
      } catch (error) {
        this.#log.error('outbox.handler_failed', { type: event.type, seq, handler: name, failures, error });
      }
    }
    if (heardBy.size === (this.#listeners.get(event.type)?.length ?? 0)) return true;
    const retryAt = this.#clock.monotonic() + backoffMs(failures, this.#randomness);
    this.#delayed.set(seq, { failures, retryAt, heardBy });
    return false;
  }

  #restMs(): number {
    const now = this.#clock.monotonic();
    return Math.min(LOOK_EVERY_MS, ...[...this.#delayed.values()].map(({ retryAt }) => retryAt - now));
  }
}

function subjectOf(event: IntegrationEvent): string {
  if ('dispatchId' in event) return event.dispatchId;
  return 'campaignId' in event ? event.campaignId : event.notificationId;
}
