import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';

/**
 * Who left by which campaign's mail. What stops the mail is the suppression list; this is the campaign's own account.
 *
 * Guarantees: `record` counts a (campaign, subscriber) once, however often and however concurrently it is called, and
 * says whether this was the first time; for a campaign that is not there it counts nothing. `workspaceOf` is for links
 * that carry no key of a workspace: the signature on the link is what vouches for the campaign. `addressOf` sees every
 * acknowledged write, and answers for a person who has been removed since as well, or removed and put again under another
 * id: a mail is kept for years, and its link has to work for as long (RFC 8058). Another workspace's person is not there.
 */
export interface Unsubscribes {
  record(campaignId: string, subscriberId: string, at: Instant): Promise<boolean>;
  count(campaignId: string): Promise<number>;
  workspaceOf(campaignId: string): Promise<WorkspaceId | undefined>;
  addressOf(workspaceId: WorkspaceId, subscriberId: string): Promise<EmailAddress | undefined>;
}
export const Unsubscribes = Symbol('Unsubscribes');
