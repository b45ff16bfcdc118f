import { type FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { EventSink, SinkEvent } from '#ports/events/event-sink.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Randomness } from '#ports/system/randomness.js';

/** What one `PutRecordBatch` takes. */
const MOST_RECORDS = 500;
const MOST_BYTES = 4 * 1024 * 1024;
const LARGEST_RECORD = 1_000 * 1024;
/** Bytes that wait at most. */
const MOST_WAITING = 16 * 1024 * 1024;
/** Milliseconds that an event waits for others. */
const COLLECT_MS = 1_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
/** Attempts in a row for which somebody who flushes waits: some six seconds. */
const MOST_FLUSHED = 6;

export interface FirehoseTools {
  /** Made with `maxAttempts: 1`: asking again is done here, for those records that were not taken. */
  readonly client: Pick<FirehoseClient, 'send'>;
  readonly stream: string;
  readonly clock: Clock;
  readonly randomness: Pick<Randomness, 'unit'>;
  readonly log: Log;
}

interface Flushing {
  /** Everything with a lower number is to be settled. */
  readonly below: number;
  attemptsLeft: number;
  readonly done: (how: 'settled' | 'away') => void;
}

/**
 * Events as lines of JSON on a Firehose stream. One batch is on its way at a time; what waits is bounded in bytes, and the oldest
 * is dropped for the newest. A function flushes before it answers: it is frozen then, timers and all.
 */
export class FirehoseEventSink implements EventSink {
  readonly #tools: FirehoseTools;
  readonly #mostWaiting: number;
  readonly #waiting = new Map<number, Buffer>();
  readonly #flushing = new Set<Flushing>();
  #bytes = 0;
  #next = 0;
  #failures = 0;
  #isSending = false;
  #cancelTimer: (() => void) | undefined;

  constructor(tools: FirehoseTools, mostWaiting = MOST_WAITING) {
    this.#tools = tools;
    this.#mostWaiting = mostWaiting;
  }

  put(event: SinkEvent): void {
    const line = lineOf(event);
    if (!line) return this.#drop('firehose.event_unfit', 1);
    this.#waiting.set(this.#next++, line);
    this.#bytes += line.byteLength;
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
    return this.#waiting.size >= MOST_RECORDS || this.#bytes >= MOST_BYTES;
  }

  #send(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const batch = this.#batch();
    if (batch.length === 0) return;
    this.#isSending = true;
    void this.#deliver(batch).then((failed) => this.#sent(failed));
  }

  #batch(): (readonly [number, Buffer])[] {
    const batch: (readonly [number, Buffer])[] = [];
    let bytes = 0;
    for (const one of this.#waiting) {
      bytes += one[1].byteLength;
      if (batch.length === MOST_RECORDS || bytes > MOST_BYTES) break;
      batch.push(one);
    }
    return batch;
  }

  /** What was taken waits no more; answers whether something was not. */
  async #deliver(batch: readonly (readonly [number, Buffer])[]): Promise<boolean> {
    const { client, stream, log } = this.#tools;
    const Records = batch.map(([, Data]) => ({ Data }));
    try {
      const { RequestResponses = [] } = await client.send(
        new PutRecordBatchCommand({ DeliveryStreamName: stream, Records }),
      );
      const taken = batch.filter((_, at) => RequestResponses[at]?.RecordId !== undefined);
      for (const [number] of taken) this.#forget(number);
      return taken.length < batch.length;
    } catch (error) {
      log.warn('firehose.unavailable', { error });
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
    if (dropped > 0) this.#drop('firehose.events_dropped', dropped);
  }

  #forget(number: number): void {
    this.#bytes -= this.#waiting.get(number)?.byteLength ?? 0;
    this.#waiting.delete(number);
  }

  #drop(event: string, count: number): void {
    this.#tools.log.error(event, { count });
  }
}

/** Undefined if it can be said in no record. */
function lineOf(event: SinkEvent): Buffer | undefined {
  try {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    return line.byteLength <= LARGEST_RECORD ? line : undefined;
  } catch {
    return undefined;
  }
}
