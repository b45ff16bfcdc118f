import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Delivery, DeliveryId, DeliveryStatus } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';

export interface DeliveryQuery {
  readonly dispatchId?: DispatchId;
  readonly status?: DeliveryStatus;
  readonly address?: string;
}

/**
 * The ledger as people read it.
 *
 * Guarantees: only the given workspace's rows; another's id is `undefined`, like one that never was. A page is a
 * snapshot of its own moment. Lists may lag behind writes (they may be served by an eventually consistent index);
 * `find` sees every write that was acknowledged before it was asked.
 */
export interface Deliveries {
  find(workspaceId: WorkspaceId, id: DeliveryId): Promise<Delivery | undefined>;
  page(workspaceId: WorkspaceId, query: DeliveryQuery, page: PageRequest): Promise<Page<Delivery>>;
}
export const Deliveries = Symbol('Deliveries');
