import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { type Delivery, type DeliveryId, parseDeliveryId } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import { type FailedStats, statsOfDead } from '#domain/delivery/model/failed-stats.js';
import type { FailedMessages, FailedQuery } from '#ports/delivery/failed-messages.js';
import { ending } from './ending.js';
import type { RowItem } from './items.js';
import { revive, type ReviveTools } from './reviving.js';
import { pageOf, rowOf, rowsInState, type Stretch } from './row-lists.js';
import { firstStep } from './row-moves.js';

const AT_ONCE = 200;
/** Rows that statistics are made of: a larger heap than that looks the same. */
const MOST_COUNTED = 10_000;

/**
 * The dead letters. They are listed by the index of exceptional states, whose rows are the dead alone; what is done to one is
 * decided by the row itself.
 */
export class DynamoFailedMessages implements FailedMessages {
  readonly #tools: ReviveTools;

  constructor(tools: ReviveTools) {
    this.#tools = tools;
  }

  page(workspaceId: WorkspaceId, query: FailedQuery, page: PageRequest): Promise<Page<Delivery>> {
    return pageOf(
      this.#tools,
      page,
      (from) =>
        rowsInState(this.#tools.table, workspaceId, 'dead', {
          dispatchId: query.dispatchId,
          from,
          atOnce: page.limit + 1,
        }),
      (row, dispatch) => takes(query, row, dispatch),
    );
  }

  async stats(workspaceId: WorkspaceId): Promise<FailedStats> {
    const dead: RowItem[] = [];
    for await (const { rows } of this.#dead(workspaceId, {})) {
      dead.push(...rows);
      if (dead.length >= MOST_COUNTED) break;
    }
    return statsOfDead(dead);
  }

  async retry(
    workspaceId: WorkspaceId,
    query: FailedQuery,
    limit: number,
    now: Instant,
  ): Promise<{ readonly retried: number }> {
    let retried = 0;
    for await (const { rows } of this.#dead(workspaceId, query)) {
      const taken = await this.#taken(query, rows);
      for (const [dispatchId, ofIt] of Map.groupBy(taken, (row) => row.dispatchId)) {
        const ordinals = ofIt.slice(0, limit - retried).map(({ ordinal }) => ordinal);
        retried += await revive(this.#tools, dispatchId, ordinals, now);
      }
      if (retried >= limit) break;
    }
    return { retried };
  }

  async retryOne(
    workspaceId: WorkspaceId,
    id: DeliveryId,
    now: Instant,
  ): Promise<'retried' | 'not_dead' | 'missing'> {
    const row = await this.#row(workspaceId, id);
    if (!row) return 'missing';
    const retried = await revive(this.#tools, row.dispatchId, [row.ordinal], now);
    return retried === 1 ? 'retried' : 'not_dead';
  }

  async resolve(
    workspaceId: WorkspaceId,
    id: DeliveryId,
    reason: string,
    now: Instant,
  ): Promise<'resolved' | 'not_dead' | 'missing'> {
    const { table, records } = this.#tools;
    for (;;) {
      const row = await this.#row(workspaceId, id);
      const known = row && (await records.known(row.dispatchId));
      if (!row || !known) return 'missing';
      if (row.status !== 'dead') return 'not_dead';
      const { writes, tally } = firstStep(known, [ending(row, { to: 'failed', reason, now })]);
      const { kind } = await table.transact([...writes, ...tally.writes()]);
      if (kind === 'done') return 'resolved';
    }
  }

  #dead(workspaceId: WorkspaceId, { dispatchId }: FailedQuery): AsyncGenerator<Stretch> {
    return rowsInState(this.#tools.table, workspaceId, 'dead', { dispatchId, atOnce: AT_ONCE });
  }

  async #taken(query: FailedQuery, rows: readonly RowItem[]): Promise<RowItem[]> {
    const taken: RowItem[] = [];
    for (const row of rows) {
      const known = await this.#tools.records.known(row.dispatchId);
      if (known && takes(query, row, known.dispatch)) taken.push(row);
    }
    return taken;
  }

  async #row(workspaceId: WorkspaceId, id: DeliveryId): Promise<RowItem | undefined> {
    const place = parseDeliveryId(id);
    const row = place && (await rowOf(this.#tools.table, place));
    return row?.workspaceId === workspaceId ? row : undefined;
  }
}

function takes(
  { dispatchId, reason, provider, lane }: FailedQuery,
  row: RowItem,
  dispatch: Dispatch,
): boolean {
  return (
    row.status === 'dead' &&
    (dispatchId === undefined || row.dispatchId === dispatchId) &&
    (reason === undefined || row.reason === reason) &&
    (provider === undefined || row.provider === provider) &&
    (lane === undefined || dispatch.lane === lane)
  );
}
