import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Suppression, SuppressionId } from '#domain/delivery/model/suppression.js';
import type { Suppressions } from '#ports/delivery/suppressions.js';
import { type MemoryDeliveryBackbone, suppressionKey } from './memory-delivery-backbone.js';
import { pageOf } from './paging.js';

export class MemorySuppressions implements Suppressions {
  readonly #backbone: MemoryDeliveryBackbone;

  constructor(backbone: MemoryDeliveryBackbone) {
    this.#backbone = backbone;
  }

  async add(suppression: Suppression): Promise<Suppression> {
    return this.#backbone.suppress(suppression);
  }

  async remove(workspaceId: WorkspaceId, id: SuppressionId): Promise<boolean> {
    const found = this.#of(workspaceId).find((one) => one.id === id);
    if (!found) return false;
    return this.#backbone.suppressions.delete(suppressionKey(workspaceId, found.address, found.scope));
  }

  async page(
    workspaceId: WorkspaceId,
    address: string | undefined,
    page: PageRequest,
  ): Promise<Page<Suppression>> {
    const rows = this.#of(workspaceId).filter((one) => address === undefined || one.address === address);
    return pageOf(rows, ({ id }) => id, page);
  }

  #of(workspaceId: WorkspaceId): Suppression[] {
    return [...this.#backbone.suppressions.values()].filter((one) => one.workspaceId === workspaceId);
  }
}
