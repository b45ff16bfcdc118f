import type { SinkEvent } from '#ports/events/event-sink.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Randomness } from '#ports/system/randomness.js';

/** Bytes that wait at most. */
const MOST_WAITING = 16 * 1024 * 1024;
/** Milliseconds that an event waits for others. */
const COLLECT_MS = 1_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
/** Attempts in a row for which somebody who flushes waits: some six seconds. */
const MOST_FLUSHED = 6;

export interface BatchTools {
  readonly clock: Clock;
  readonly randomness: Pick<Randomness, 'unit'>;
  readonly log: Log;
}

/** Where they go. */
export interface BatchedService {
  /** Of what the log says about it. */
  readonly name: string;
  /** What one request takes. */
  readonly mostEvents: number;
  readonly mostBytes: number;
  readonly largestEvent: number;
  /** As it is sent; throws if it cannot be said. */
  write(event: SinkEvent): string;
  /** One request. @returns for each whether it was taken */
  send(batch: readonly string[]): Promise<readonly boolean[]>;
}

interface Flushing {
  /** Everything with a lower number is to be settled. */
  readonly below: number;
  attemptsLeft: number;
  readonly done: (how: 'settled' | 'away') => void;
}

/**
 * Events on their way to a service that takes them in batches. One batch is on its way at a time; what waits is bounded in bytes, and the oldest
 * is dropped for the newest. A function flushes before it answers: it is frozen then, timers and all.
 */
export class EventBatches {
  readonly #service: BatchedService;
  readonly #tools: BatchTools;
  readonly #mostWaiting: number;
  readonly #waiting = new Map<number, string>();
  readonly #flushing = new Set<Flushing>();
  #bytes = 0;
  #next = 0;
  #failures = 0;
  #isSending = false;
  #cancelTimer: (() => void) | undefined;

  constructor(service: BatchedService, tools: BatchTools, mostWaiting = MOST_WAITING) {
    this.#service = service;
    this.#tools = tools;
    this.#mostWaiting = mostWaiting;
  }

  put(event: SinkEvent): void {
    const line = this.#lineOf(event);
    if (line === undefined) return this.#drop('event_unfit', 1);
    this.#waiting.set(this.#next++, line);
    this.#bytes += Buffer.byteLength(line);
    this.#makeRoom();
    if (this.#isSending) return;
    if (this.#failures === 0 && this.#hasFullBatch) this.#send();
    else this.#cancelTimer ??= this.#after(COLLECT_MS);
  }

  flush(): Promise<'settled' | 'away'> {
    const below = this.#next;
    return new Promise((done) => {
      this.#flushing.add({ below, attemptsLeft: MOST_FLUSHED, done });
      this.#settleFlushes();
      if (this.#flushing.size > 0 && !this.#isSending) this.#send();
    });
  }

  get #hasFullBatch(): boolean {
    const { mostEvents, mostBytes } = this.#service;
    return this.#waiting.size >= mostEvents || this.#bytes >= mostBytes;
  }

  #send(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const batch = this.#batch();
    if (batch.length === 0) return;
    this.#isSending = true;
    void this.#deliver(batch).then((failed) => this.#sent(failed));
  }

  #batch(): (readonly [number, string])[] {
    const batch: (readonly [number, string])[] = [];
    let bytes = 0;
    for (const one of this.#waiting) {
      bytes += Buffer.byteLength(one[1]);
      if (batch.length === this.#service.mostEvents || bytes > this.#service.mostBytes) break;
      batch.push(one);
    }
    return batch;
  }

  /** What was taken waits no more; answers whether something was not. */
  async #deliver(batch: readonly (readonly [number, string])[]): Promise<boolean> {
    try {
      const answers = await this.#service.send(batch.map(([, line]) => line));
      const taken = batch.filter((_, at) => answers[at]);
      for (const [number] of taken) this.#forget(number);
      return taken.length < batch.length;
    } catch (error) {
      this.#tools.log.warn(`${this.#service.name}.unavailable`, { error });
      return true;
    }
  }

  #sent(failed: boolean): void {
    this.#isSending = false;
    this.#failures = failed ? this.#failures + 1 : 0;
    for (const one of this.#flushing) one.attemptsLeft -= failed ? 1 : 0;
    this.#settleFlushes();
    if (this.#waiting.size === 0) return;
    if (failed) this.#cancelTimer ??= this.#after(this.#wait());
    else if (this.#flushing.size > 0 || this.#hasFullBatch) this.#send();
    else this.#cancelTimer ??= this.#after(COLLECT_MS);
  }

  #wait(): number {
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures, 20));
    return Math.ceil(this.#tools.randomness.unit() * most);
  }

  #after(ms: number): () => void {
    return this.#tools.clock.after(ms, () => this.#send());
  }

  #settleFlushes(): void {
    const [oldest = Infinity] = this.#waiting.keys();
    for (const one of this.#flushing) {
      if (oldest < one.below && one.attemptsLeft > 0) continue;
      this.#flushing.delete(one);
      one.done(oldest < one.below ? 'away' : 'settled');
    }
  }

  #makeRoom(): void {
    let dropped = 0;
    for (const number of this.#waiting.keys()) {
      if (this.#bytes <= this.#mostWaiting) break;
      this.#forget(number);
      dropped += 1;
    }
    if (dropped > 0) this.#drop('events_dropped', dropped);
  }

  #forget(number: number): void {
    this.#bytes -= Buffer.byteLength(this.#waiting.get(number) ?? '');
    this.#waiting.delete(number);
  }

  #drop(event: string, count: number): void {
    this.#tools.log.error(`${this.#service.name}.${event}`, { count });
  }

  /** Undefined if it can be said in no request. */
  #lineOf(event: SinkEvent): string | undefined {
    try {
      const line = this.#service.write(event);
      return Buffer.byteLength(line) <= this.#service.largestEvent ? line : undefined;
    } catch {
      return undefined;
    }
  }
}
