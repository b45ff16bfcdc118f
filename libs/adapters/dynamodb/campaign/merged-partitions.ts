import type { DynamoTable } from '../engine/dynamo-table.js';
import type { Expression } from '../engine/expressions.js';
import type { Key } from '../engine/keys.js';

interface Source<T> {
  readonly pk: string;
  buffer: readonly T[];
  at: number;
  from: Readonly<Record<string, unknown>> | undefined;
  ended: boolean;
}

export interface Merging {
  readonly partitions: readonly string[];
  /** Begins behind this sort key, be it there or not. */
  readonly after: string;
  /** How many are likely to be wanted in all. */
  readonly likely: number;
  readonly filter?: Expression;
}

/** Items of several partitions in the order of their sort keys, each sort key once. */
export class MergedPartitions<T extends Key> {
  readonly #table: DynamoTable;
  readonly #filter: Expression | undefined;
  readonly #sources: readonly Source<T>[];
  readonly #chunk: number;

  constructor(table: DynamoTable, { partitions, after, likely, filter }: Merging) {
    this.#table = table;
    this.#filter = filter;
    this.#sources = [...new Set(partitions)].map((pk) => {
      return { pk, buffer: [], at: 0, from: after === '' ? undefined : { pk, sk: after }, ended: false };
    });
    // A hash spreads evenly: somewhat more than its share seldom has to be asked for again, and little is read for nothing.
    this.#chunk = Math.min(likely, Math.ceil((1.25 * likely) / Math.max(1, this.#sources.length)) + 4);
  }

  /** Fewer than `count` at the end only. */
  async take(count: number): Promise<T[]> {
    const taken: T[] = [];
    while (taken.length < count) {
      const empty = this.#sources.filter(({ buffer, at, ended }) => !ended && at === buffer.length);
      if (empty.length > 0) await Promise.all(empty.map((source) => this.#fill(source)));
      const next = this.#next();
      if (!next) return taken;
      taken.push(next);
    }
    return taken;
  }

  #next(): T | undefined {
    let first: T | undefined;
    for (const { buffer, at } of this.#sources) {
      const head = buffer[at];
      if (head && (!first || head.sk < first.sk)) first = head;
    }
    for (const source of this.#sources)
      if (first && source.buffer[source.at]?.sk === first.sk) source.at += 1;
    return first;
  }

  async #fill(source: Source<T>): Promise<void> {
    source.at = 0;
    do {
      const { items, next } = await this.#table.query<T>({
        pk: source.pk,
        limit: this.#chunk,
        ...(this.#filter && { filter: this.#filter }),
        ...(source.from && { after: source.from }),
      });
      source.buffer = items;
      source.from = next;
      source.ended = next === undefined;
    } while (!source.ended && source.buffer.length === 0);
  }
}
