import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Suppression, SuppressionId } from '#domain/delivery/model/suppression.js';

/**
 * The suppression list of each workspace.
 *
 * Guarantees: after `add` resolves no {@link Ledger.openIntent} includes the address (marketing ones only for the
 * `marketing` scope). Adding one that is there changes nothing and answers the one in force. `page` of an address sees every
 * change that was acknowledged before it was asked; of a whole workspace it may lag.
 */
export interface Suppressions {
  add(suppression: Suppression): Promise<Suppression>;
  remove(workspaceId: WorkspaceId, id: SuppressionId): Promise<boolean>;
  page(workspaceId: WorkspaceId, address: string | undefined, page: PageRequest): Promise<Page<Suppression>>;
}
export const Suppressions = Symbol('Suppressions');
