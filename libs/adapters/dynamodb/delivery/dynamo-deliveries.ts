import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import {
  type Delivery,
  type DeliveryId,
  deliveryOf,
  parseDeliveryId,
} from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Deliveries, DeliveryQuery } from '#ports/delivery/deliveries.js';
import type { KnownDispatch } from './dispatch-records.js';
import {
  type AddressItem,
  addressKey,
  addressPartition,
  blockOf,
  dispatchesOf,
  EXCEPTIONAL,
  type MetaItem,
  ordinalsKey,
  ROW_BLOCK,
  type RowItem,
  rowKey,
  rowsOf,
  type ShardItem,
} from './items.js';
import {
  BEHIND_ALL,
  type ListTools,
  pageOf,
  type Place,
  rowOf,
  rowsInState,
  type Stretch,
} from './row-lists.js';

const DISPATCHES_AT_ONCE = 25;

/** The ledger as people read it: by id and address from the table, otherwise by what an index says, which may lag. */
export class DynamoDeliveries implements Deliveries {
  readonly #tools: ListTools;

  constructor(tools: ListTools) {
    this.#tools = tools;
  }

  async find(workspaceId: WorkspaceId, id: DeliveryId): Promise<Delivery | undefined> {
    const place = parseDeliveryId(id);
    const row = place && (await rowOf(this.#tools.table, place));
    const known = row?.workspaceId === workspaceId && (await this.#tools.records.known(row.dispatchId));
    return row && known ? deliveryOf(known.dispatch, row) : undefined;
  }

  page(workspaceId: WorkspaceId, query: DeliveryQuery, page: PageRequest): Promise<Page<Delivery>> {
    const { dispatchId, status, address } = query;
    return pageOf(
      this.#tools,
      page,
      (from) => this.#stretches(workspaceId, query, from, page.limit + 1),
      (row, dispatch) =>
        row.workspaceId === workspaceId &&
        (dispatchId === undefined || dispatch.id === dispatchId) &&
        (status === undefined || row.status === status) &&
        (address === undefined || row.address === address),
    );
  }

  #stretches(
    workspaceId: WorkspaceId,
    query: DeliveryQuery,
    from: Place | undefined,
    atOnce: number,
  ): AsyncGenerator<Stretch> {
    const { dispatchId, status, address } = query;
    if (address !== undefined) return this.#ofAddress(workspaceId, address, dispatchId, from);
    if (status !== undefined && EXCEPTIONAL.has(status))
      return rowsInState(this.#tools.table, workspaceId, status, { dispatchId, from, atOnce });
    return this.#all(workspaceId, query, from, atOnce);
  }

  async *#ofAddress(
    workspaceId: WorkspaceId,
    address: string,
    dispatchId: DispatchId | undefined,
    from: Place | undefined,
  ): AsyncGenerator<Stretch> {
    const { table } = this.#tools;
    const pk = addressPartition(workspaceId, address);
    if (dispatchId !== undefined) {
      const item = await table.get<AddressItem>(addressKey(workspaceId, address, dispatchId));
      if (item) yield { rows: await this.#rowsAt([item]), upTo: item };
      return;
    }
    let after: Readonly<Record<string, unknown>> | undefined = from && {
      ...addressKey(workspaceId, address, from.dispatchId),
    };
    do {
      const page = await table.query<AddressItem>({ pk, limit: 100, ...(after && { after }) });
      const last = page.items.at(-1);
      if (last) yield { rows: await this.#rowsAt(page.items), upTo: { ...last, ordinal: BEHIND_ALL } };
      after = page.next;
    } while (after);
  }

  async #rowsAt(places: readonly Place[]): Promise<RowItem[]> {
    const keys = places.map(({ dispatchId, ordinal }) => rowKey(dispatchId, ordinal));
    const rows = await this.#tools.table.getAll<RowItem>(keys);
    return rows.sort((a, b) => (a.dispatchId < b.dispatchId ? -1 : 1));
  }

  /** Dispatch by dispatch, block by block; what has no row of the status by its counters is passed over. */
  async *#all(
    workspaceId: WorkspaceId,
    { dispatchId, status }: DeliveryQuery,
    from: Place | undefined,
    atOnce: number,
  ): AsyncGenerator<Stretch> {
    for await (const known of this.#dispatches(workspaceId, dispatchId, from)) {
      const { id } = known.dispatch;
      const start = from?.dispatchId === id ? from.ordinal + 1 : 0;
      const [ordinals, shards] = await Promise.all([
        this.#tools.table.get<{ next: number }>(ordinalsKey(id)),
        status === undefined ? [] : this.#tools.records.shards(id, known.shards),
      ]);
      const next = ordinals?.next ?? 0;
      const within = shardsWith(known, shards, status);
      yield* this.#blocks(id, { start, next, atOnce }, within);
      yield { rows: [], upTo: { dispatchId: id, ordinal: BEHIND_ALL } };
    }
  }

  async *#blocks(
    dispatchId: DispatchId,
    { start, next, atOnce }: { start: number; next: number; atOnce: number },
    isWorthIt: (block: number) => boolean,
  ): AsyncGenerator<Stretch> {
    for (let ordinal = start; ordinal < next;) {
      const block = blockOf(ordinal);
      const end = (block + 1) * ROW_BLOCK;
      if (!isWorthIt(block)) {
        ordinal = end;
        continue;
      }
      const limit = Math.min(atOnce, ROW_BLOCK);
      const rows = await this.#tools.table.list<RowItem>({
        pk: rowsOf(dispatchId, block),
        from: rowKey(dispatchId, ordinal).sk,
        limit,
      });
      const last = rows.at(-1);
      ordinal = last && rows.length === limit ? last.ordinal + 1 : end;
      yield { rows, upTo: { dispatchId, ordinal: ordinal - 1 } };
    }
  }

  async *#dispatches(
    workspaceId: WorkspaceId,
    dispatchId: DispatchId | undefined,
    from: Place | undefined,
  ): AsyncGenerator<KnownDispatch> {
    const { table, records } = this.#tools;
    if (dispatchId !== undefined) {
      const known = await records.known(dispatchId);
      if (known?.dispatch.workspaceId === workspaceId) yield known;
      return;
    }
    let after: Readonly<Record<string, unknown>> | undefined;
    do {
      const page = await table.query<MetaItem>({
        index: 'gsi1',
        pk: dispatchesOf(workspaceId),
        limit: DISPATCHES_AT_ONCE,
        ...(from && { from: from.dispatchId }),
        ...(after && { after }),
      });
      for (const meta of page.items) {
        const known = records.knownBy(meta);
        if (known) yield known;
      }
      after = page.next;
    } while (after);
  }
}

function shardsWith(
  { shards: count }: KnownDispatch,
  shards: readonly ShardItem[],
  status: DeliveryQuery['status'],
): (block: number) => boolean {
  if (status === undefined) return () => true;
  const counts = new Map(shards.map((shard) => [shard.pk, shard[status] ?? 0]));
  const keys = [...counts.keys()].sort();
  return (block) => (counts.get(keys[block % count] ?? '') ?? 0) > 0;
}
