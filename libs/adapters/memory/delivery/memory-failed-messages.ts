import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Delivery, DeliveryId } from '#domain/delivery/model/delivery.js';
import { toRanges } from '#domain/delivery/model/ordinals.js';
import { type FailedStats, statsOfDead } from '#domain/delivery/model/failed-stats.js';
import type { FailedMessages, FailedQuery } from '#ports/delivery/failed-messages.js';
import type { DispatchState, MemoryDeliveryBackbone, Row } from './memory-delivery-backbone.js';
import { pageOf } from './paging.js';

const HOUR_MS = 3_600_000;
/** How long a retried message may look for a provider: its dispatch's own time is usually over. */
const RETRY_GIVES_UP_AFTER_MS = 24 * HOUR_MS;
const PARCEL_MEMBERS = 1_000;

export class MemoryFailedMessages implements FailedMessages {
  readonly #backbone: MemoryDeliveryBackbone;

  constructor(backbone: MemoryDeliveryBackbone) {
    this.#backbone = backbone;
  }

  async page(workspaceId: WorkspaceId, query: FailedQuery, page: PageRequest): Promise<Page<Delivery>> {
    return pageOf(this.#dead(workspaceId, query), ({ id }) => id, page);
  }

  async stats(workspaceId: WorkspaceId): Promise<FailedStats> {
    const dead = this.#dead(workspaceId, {});
    return statsOfDead(dead);
  }

  async retry(
    workspaceId: WorkspaceId,
    query: FailedQuery,
    limit: number,
    now: Instant,
  ): Promise<{ readonly retried: number }> {
    const retryable = this.#dead(workspaceId, query)
      .flatMap(({ id }) => this.#backbone.locate(workspaceId, id) ?? [])
      .filter(({ state }) => state.control !== 'cancelled')
      .slice(0, limit);
    for (const [state, found] of Map.groupBy(retryable, (one) => one.state)) {
      const rows = found.map(({ row }) => row);
      for (let from = 0; from < rows.length; from += PARCEL_MEMBERS) {
        this.#retry(state, rows.slice(from, from + PARCEL_MEMBERS), now);
      }
    }
    return { retried: retryable.length };
  }

  async retryOne(
    workspaceId: WorkspaceId,
    id: DeliveryId,
    now: Instant,
  ): Promise<'retried' | 'not_dead' | 'missing'> {
    const found = this.#backbone.locate(workspaceId, id);
    if (!found) return 'missing';
    if (found.row.status !== 'dead' || found.state.control === 'cancelled') return 'not_dead';
    this.#retry(found.state, [found.row], now);
    return 'retried';
  }

  async resolve(
    workspaceId: WorkspaceId,
    id: DeliveryId,
    reason: string,
    now: Instant,
  ): Promise<'resolved' | 'not_dead' | 'missing'> {
    const found = this.#backbone.locate(workspaceId, id);
    if (!found) return 'missing';
    if (found.row.status !== 'dead') return 'not_dead';
    this.#backbone.move(found.state, found.row, 'failed', now);
    found.row.reason = reason;
    return 'resolved';
  }

  #retry(state: DispatchState, rows: readonly Row[], now: Instant): void {
    for (const row of rows) {
      this.#backbone.move(state, row, 'pending', now);
      row.attempts = 0;
      row.reason = undefined;
    }
    this.#backbone.reopenIfCompleted(state, now);
    const members = toRanges(rows.map(({ ordinal }) => ordinal));
    this.#backbone.putOnLane({ state, members, dueAt: now, giveUpAt: now + RETRY_GIVES_UP_AFTER_MS });
    this.#backbone.wake();
  }

  #dead(workspaceId: WorkspaceId, { dispatchId, reason, provider, lane }: FailedQuery): Delivery[] {
    return this.#backbone.deliveries(
      workspaceId,
      (row, dispatch) =>
        row.status === 'dead' &&
        (dispatchId === undefined || dispatch.id === dispatchId) &&
        (reason === undefined || row.reason === reason) &&
        (provider === undefined || row.provider === provider) &&
        (lane === undefined || dispatch.lane === lane),
    );
  }
}
