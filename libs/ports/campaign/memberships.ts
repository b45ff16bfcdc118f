import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { ListId } from '#domain/campaign/model/campaign.js';

/** A list as one person stands to it. */
export interface Membership {
  readonly listId: ListId;
  readonly name: string;
  /** `left`: by the person's own wish. */
  readonly state: 'joined' | 'left';
}

/** Most that are answered of one person. */
export const MOST_MEMBERSHIPS = 100;

/**
 * The lists of one person, and the person's own say in them. Lists that are nothing to them are not seen.
 *
 * Guarantees: `leave` takes a member out of a list, and is kept: after it resolves neither an audience nor a count has them, and no
 * import and no request, begun before or after, puts them back (a wish that the next import undoes is none). It is kept
 * when the person is removed, too, should they be imported anew. Only `rejoin` ends it, and it puts back nobody
 * who had not left. Whoever was no member of a list cannot leave it. Each may be repeated, and changes nothing then. `of`
 * sees every acknowledged write, and is in the order in which the lists were made.
 */
export interface Memberships {
  of(workspaceId: WorkspaceId, address: EmailAddress): Promise<readonly Membership[]>;
  leave(workspaceId: WorkspaceId, address: EmailAddress, listId: ListId, at: Instant): Promise<void>;
  rejoin(workspaceId: WorkspaceId, address: EmailAddress, listId: ListId): Promise<void>;
}
export const Memberships = Symbol('Memberships');
