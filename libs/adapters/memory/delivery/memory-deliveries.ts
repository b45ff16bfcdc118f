import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { type Delivery, type DeliveryId, deliveryOf } from '#domain/delivery/model/delivery.js';
import type { Deliveries, DeliveryQuery } from '#ports/delivery/deliveries.js';
import type { MemoryDeliveryBackbone } from './memory-delivery-backbone.js';
import { pageOf } from './paging.js';

export class MemoryDeliveries implements Deliveries {
  readonly #backbone: MemoryDeliveryBackbone;

  constructor(backbone: MemoryDeliveryBackbone) {
    this.#backbone = backbone;
  }

  async find(workspaceId: WorkspaceId, id: DeliveryId): Promise<Delivery | undefined> {
    const found = this.#backbone.locate(workspaceId, id);
    return found && deliveryOf(found.state.dispatch, found.row);
  }

  async page(workspaceId: WorkspaceId, query: DeliveryQuery, page: PageRequest): Promise<Page<Delivery>> {
    const { dispatchId, status, address } = query;
    const rows = this.#backbone.deliveries(
      workspaceId,
      (row, dispatch) =>
        (dispatchId === undefined || dispatch.id === dispatchId) &&
        (status === undefined || row.status === status) &&
        (address === undefined || row.address === address),
    );
    return pageOf(rows, ({ id }) => id, page);
  }
}
