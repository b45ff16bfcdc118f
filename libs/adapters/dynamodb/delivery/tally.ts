import type { DeliveryStatus } from '#domain/delivery/model/delivery.js';
import type { Write } from '../engine/dynamo-table.js';
import { type Expression, when } from '../engine/expressions.js';
import { byProvider, shardKey, shardOf } from './items.js';

/** No message of the shard is pending or submitting. */
export const IS_EMPTY: Expression = when`(attribute_not_exists(#pending) OR #pending = ${0}) AND (attribute_not_exists(#submitting) OR #submitting = ${0})`;

/** What one transaction changes in the counters of one dispatch: an update for each shard that it touches. */
export class Tally {
  readonly #dispatch: string;
  readonly #shards: number;
  readonly #changes = new Map<number, Map<string, number>>();

  constructor(dispatch: string, shards: number) {
    this.#dispatch = dispatch;
    this.#shards = shards;
  }

  /** Items that its writes are. */
  get size(): number {
    return this.#changes.size;
  }

  has(ordinal: number): boolean {
    return this.#changes.has(shardOf(ordinal, this.#shards));
  }

  /** Without `from` the row is a new one. */
  move(ordinal: number, from: DeliveryStatus | undefined, to: DeliveryStatus): void {
    if (from !== undefined) this.#add(ordinal, from, -1);
    this.#add(ordinal, to, 1);
  }

  acceptedBy(ordinal: number, provider: string): void {
    this.#add(ordinal, byProvider(provider), 1);
  }

  writes(condition?: Expression): Write[] {
    return [...this.#changes].map(([shard, changes]) => ({
      kind: 'update',
      key: shardKey(this.#dispatch, shard),
      change: adding(changes),
      ...(condition && { if: condition }),
    }));
  }

  #add(ordinal: number, attribute: string, count: number): void {
    const shard = shardOf(ordinal, this.#shards);
    const changes = this.#changes.get(shard) ?? new Map<string, number>();
    changes.set(attribute, (changes.get(attribute) ?? 0) + count);
    this.#changes.set(shard, changes);
  }
}

/** Names of providers may hold what no expression may. */
function adding(changes: ReadonlyMap<string, number>): Expression {
  const entries = [...changes].map(([attribute, count], at) => ({ attribute, count, at }));
  return {
    text: `ADD ${entries.map(({ at }) => `#n${at} :n${at}`).join(', ')}`,
    names: Object.fromEntries(entries.map(({ attribute, at }) => [`#n${at}`, attribute])),
    values: Object.fromEntries(entries.map(({ count, at }) => [`:n${at}`, count])),
  };
}
