import { createHash } from 'node:crypto';
import type { Instant } from '#domain/kernel/brand.js';
import type { Timer, Timers } from '#ports/events/timers.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';

/** Partitions that those that wait are spread over; each look asks all of them. */
const SHARDS = 8;

interface TimerItem extends Key {
  readonly kind: string;
  readonly key: string;
  readonly at: Instant;
}

/** A timer is an item of its own, and one among those that wait, in the order of their times; a move is a move of both. */
export class DynamoTimers implements Timers {
  readonly #table: DynamoTable;
  readonly #listeners = new Set<() => void>();

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async set({ kind, key: name, at }: Timer): Promise<void> {
    const timer = { kind, key: name, at };
    for (let isSet = false; !isSet;) {
      const was = await this.#table.get<TimerItem>(placeOf(timer));
      const moved = was && was.at !== at ? [removal(was)] : [];
      const set = await this.#table.transact([
        { kind: 'put', item: { ...placeOf(timer), ...timer }, if: asSeen(was) },
        { kind: 'put', item: { ...waitingOf(timer), ...timer } },
        ...moved,
      ]);
      isSet = set.kind === 'done';
    }
    this.wake();
  }

  /** One has been set, perhaps by another process. */
  wake(): void {
    for (const wake of [...this.#listeners]) wake();
  }

  async cancel(kind: string, name: string): Promise<void> {
    for (;;) {
      const was = await this.#table.get<TimerItem>(placeOf({ kind, key: name }));
      if (!was || (await this.#remove(was))) return;
    }
  }

  async due(now: Instant, limit: number): Promise<readonly Timer[]> {
    // The key of every timer of the next millisecond is longer, and sorts behind this.
    const items = await this.#ofAllShards({ to: key(now + 1), limit });
    return items.slice(0, limit).map(({ kind, key: name, at }) => ({ kind, key: name, at }));
  }

  async done(timer: Timer): Promise<void> {
    await this.#remove(timer);
  }

  async next(): Promise<Instant | undefined> {
    return (await this.#ofAllShards({ limit: 1 }))[0]?.at;
  }

  onSet(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  /** False if it has been moved, or is gone. */
  async #remove(timer: Timer): Promise<boolean> {
    const own: Write = { kind: 'delete', key: placeOf(timer), if: when`#at = ${timer.at}` };
    return (await this.#table.transact([own, removal(timer)])).kind === 'done';
  }

  async #ofAllShards(range: { readonly to?: string; readonly limit: number }): Promise<TimerItem[]> {
    const shards = [...Array(SHARDS).keys()];
    const found = await Promise.all(
      shards.map((shard) => this.#table.list<TimerItem>({ pk: key('TIMERS', shard), ...range })),
    );
    return found.flat().sort((a, b) => a.at - b.at);
  }
}

function placeOf({ kind, key: name }: Pick<Timer, 'kind' | 'key'>): Key {
  return { pk: key('TIMER', kind, name), sk: 'TIMER' };
}

function waitingOf({ kind, key: name, at }: Timer): Key {
  const [first = 0] = createHash('sha256').update(key(kind, name)).digest();
  return { pk: key('TIMERS', first % SHARDS), sk: key(at, kind, name) };
}

function removal(timer: Timer): Write {
  return { kind: 'delete', key: waitingOf(timer) };
}

function asSeen(was: Timer | undefined) {
  return was ? when`#at = ${was.at}` : when`attribute_not_exists(pk)`;
}
