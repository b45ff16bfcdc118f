import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { List } from '#domain/campaign/model/subscriber.js';

/**
 * The lists that subscribers belong to.
 *
 * Guarantees: `insert` with a known id changes nothing; names may repeat. `find` sees every acknowledged write, `page` is
 * the oldest first and may lag behind. Another workspace's list is not there.
 */
export interface Lists {
  insert(list: List): Promise<void>;
  find(workspaceId: WorkspaceId, id: ListId): Promise<List | undefined>;
  page(workspaceId: WorkspaceId, page: PageRequest): Promise<Page<List>>;
}
export const Lists = Symbol('Lists');
