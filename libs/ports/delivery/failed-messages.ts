import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Delivery, DeliveryId } from '#domain/delivery/model/delivery.js';
import type { DispatchId, Lane } from '#domain/delivery/model/dispatch.js';
import type { FailedStats } from '#domain/delivery/model/failed-stats.js';

export interface FailedQuery {
  readonly dispatchId?: DispatchId;
  readonly reason?: string;
  readonly provider?: string;
  readonly lane?: Lane;
}

/**
 * The dead letters: messages whose attempts or time were used up, waiting for a person to decide.
 *
 * Guarantees: `retry` moves each from `dead` to `pending` with fresh attempts and puts it back on its lane, in one
 * atomic step per message, so asking twice sends once; it works through at most `limit` and says how many it moved.
 * `page`, `stats` and which messages `retry` finds may lag; what it moves it has looked at. `stats` counts all of a workspace; where
 * there are more than 10,000 it may stop there (on DynamoDB, which has to read them).
 * Messages of a cancelled dispatch are never retried. `resolve` makes one `failed` for good, with the given reason.
 */
export interface FailedMessages {
  page(workspaceId: WorkspaceId, query: FailedQuery, page: PageRequest): Promise<Page<Delivery>>;
  stats(workspaceId: WorkspaceId): Promise<FailedStats>;
  retry(
    workspaceId: WorkspaceId,
    query: FailedQuery,
    limit: number,
    now: Instant,
  ): Promise<{ readonly retried: number }>;
  retryOne(
    workspaceId: WorkspaceId,
    id: DeliveryId,
    now: Instant,
  ): Promise<'retried' | 'not_dead' | 'missing'>;
  resolve(
    workspaceId: WorkspaceId,
    id: DeliveryId,
    reason: string,
    now: Instant,
  ): Promise<'resolved' | 'not_dead' | 'missing'>;
}
export const FailedMessages = Symbol('FailedMessages');
