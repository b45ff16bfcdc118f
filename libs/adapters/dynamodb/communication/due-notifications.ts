import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { key } from '../engine/keys.js';
import { type DueItem, duePartition, type NotificationShards } from './notification-items.js';
import { nameOf, OrderingQueue } from './ordering-queue.js';

/** Those that wait for their time in a lane, from all its partitions in the order of their times. */
export class DueNotifications {
  readonly #table: DynamoTable;
  readonly #shards: NotificationShards;
  readonly #queue: OrderingQueue;

  constructor(table: DynamoTable, shards: NotificationShards) {
    this.#table = table;
    this.#shards = shards;
    this.#queue = new OrderingQueue(table);
  }

  /** The earliest that nobody holds up. @param until a time that is too late; undefined for none */
  async earliest(lane: Lane, limit: number, from: number, until: number | undefined): Promise<DueItem[]> {
    const found: DueItem[] = [];
    for (let after: string | undefined; ;) {
      const { rows, isAll } = await this.#rows(lane, limit, after ?? key(from), until);
      const fresh = rows.filter(({ sk }) => sk !== after);
      found.push(...(await this.#free(fresh)));
      if (isAll || found.length >= limit) return found.slice(0, limit);
      after = rows.at(-1)?.sk;
    }
  }

  async #rows(
    lane: Lane,
    limit: number,
    from: string,
    until: number | undefined,
  ): Promise<{ readonly rows: DueItem[]; readonly isAll: boolean }> {
    // The row we were at comes once more.
    const most = limit + 1;
    const range = { from, limit: most, ...(until !== undefined && { to: key(until) }) };
    const shards = [...Array(this.#shards.due).keys()];
    const lists = await Promise.all(
      shards.map((shard) => this.#table.list<DueItem>({ pk: duePartition(lane, shard), ...range })),
    );
    const sorted = lists.flat().sort((a, b) => (a.sk < b.sk ? -1 : 1));
    return {
      rows: sorted.slice(0, most),
      isAll: sorted.length <= most && lists.every(({ length }) => length < most),
    };
  }

  /** Without those that have somebody of their key before them. */
  async #free(rows: readonly DueItem[]): Promise<DueItem[]> {
    const fronts = new Map<string, Promise<number>>();
    const isFree = async ({ workspaceId, orderingKey, keyNo = 0 }: DueItem): Promise<boolean> => {
      if (workspaceId === undefined || orderingKey === undefined) return true;
      const of = { workspaceId, orderingKey };
      const front =
        fronts.get(nameOf(of)) ?? this.#queue.front(of, 1).then(([first]) => first?.no ?? Infinity);
      fronts.set(nameOf(of), front);
      return (await front) >= keyNo;
    };
    const free = await Promise.all(rows.map(isFree));
    return rows.filter((_, i) => free[i]);
  }
}
