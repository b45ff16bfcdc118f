import type { Instant } from '#domain/kernel/brand.js';
import type { IntegrationEvent, StoredEvent } from '#domain/kernel/events.js';
import type { Outbox } from '#ports/events/outbox.js';
import type { Randomness } from '#ports/system/randomness.js';
import { type DynamoTable, MOST_IN_TRANSACTION, type Write } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';

/** Partitions that writers spread over: 1,000 writes a second each. */
const OUTBOX_SHARDS = 16;
/** Numbers of one millisecond. With 41 bits of time they stay below 2^53 until the year 2039. */
const IN_A_MILLISECOND = 4096;

interface EventItem extends Key {
  readonly seq: number;
  readonly at: number;
  readonly event: IntegrationEvent;
}

/**
 * Events of the one table. `entry` is the write that belongs into the transaction of the change it tells of; `appended` is to be
 * called when that has committed.
 *
 * A number is the time and a place in its millisecond that begins at random: no two writers ask for one another's, and if they do,
 * the transaction is refused at that write and made again with the next number.
 */
export class DynamoOutbox implements Outbox {
  readonly #table: DynamoTable;
  readonly #listeners = new Set<() => void>();
  readonly #randomness: Randomness;
  #last = 0;

  constructor(table: DynamoTable, randomness: Randomness) {
    this.#table = table;
    this.#randomness = randomness;
  }

  entry(event: IntegrationEvent, at: Instant): Write {
    const seq = this.#next(at);
    const item: EventItem = { ...keyOf(seq), seq, at, event };
    return { kind: 'put', item: { ...item }, if: when`attribute_not_exists(pk)` };
  }

  appended(): void {
    for (const wake of [...this.#listeners]) wake();
  }

  async untold(limit: number): Promise<readonly StoredEvent[]> {
    const shards = [...Array(OUTBOX_SHARDS).keys()];
    const found = await Promise.all(
      shards.map((shard) => this.#table.list<EventItem>({ pk: key('OUTBOX', shard), limit })),
    );
    return found
      .flat()
      .sort((a, b) => a.seq - b.seq)
      .slice(0, limit)
      .map(({ seq, at, event }) => ({ seq, at, event }));
  }

  async told(seqs: readonly number[]): Promise<void> {
    const keys = [...new Set(seqs)].filter((seq) => seq > 0).map(keyOf);
    for (let at = 0; at < keys.length; at += MOST_IN_TRANSACTION)
      await this.#table.writeAll(keys.slice(at, at + MOST_IN_TRANSACTION).map((one) => ({ delete: one })));
  }

  onAppended(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  #next(at: Instant): number {
    const start = at * IN_A_MILLISECOND + Math.floor((this.#randomness.unit() * IN_A_MILLISECOND) / 2);
    // A clock that is set back does not bring old numbers again.
    this.#last = Math.max(this.#last + 1, start);
    return this.#last;
  }
}

function keyOf(seq: number): Key {
  return { pk: key('OUTBOX', seq % OUTBOX_SHARDS), sk: key(seq) };
}
