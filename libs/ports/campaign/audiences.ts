import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ListId } from '#domain/campaign/model/campaign.js';

/** One person of an audience, ready to be handed to delivery. */
export interface AudienceMember {
  readonly address: string;
  readonly subscriberId: string;
  readonly timezone: string | undefined;
  /** JSON text of the variables of this person's mail, see `mergeData`. */
  readonly data: string;
}

/**
 * Who a campaign goes to.
 *
 * Guarantees: `page` gives members of any of the lists in strictly ascending order of address (by bytes), each once,
 * beginning after `after`: reading on from the last address of a page misses nobody who was on a list all the time and
 * repeats nobody. A page shorter than `limit` is the last. Its cost does not grow with what lies before it nor with other
 * lists. `count` is the number at a recent moment, somebody on two lists counted twice: an estimate for people, at a cost
 * that does not grow with it. Both refuse with `not_found` a list that is not the workspace's.
 */
export interface Audiences {
  page(
    workspaceId: WorkspaceId,
    listIds: readonly ListId[],
    after: string | undefined,
    limit: number,
  ): Promise<readonly AudienceMember[]>;
  count(workspaceId: WorkspaceId, listIds: readonly ListId[]): Promise<number>;
}
export const Audiences = Symbol('Audiences');
