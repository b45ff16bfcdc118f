import type { WorkspaceId } from '#domain/kernel/brand.js';

/** Whose settings a link opens. Who holds the link may see and change them, and nothing else. */
export type PreferenceClaim =
  /** Somebody a campaign wrote to. */
  | { readonly kind: 'subscriber'; readonly campaignId: string; readonly subscriberId: string }
  /** A user of the application. */
  | { readonly kind: 'user'; readonly workspaceId: WorkspaceId; readonly userId: string }
  /** Somebody of whom nothing is known but the e-mail address that a notification went to. */
  | { readonly kind: 'address'; readonly workspaceId: WorkspaceId; readonly address: string };

/**
 * Tokens of preference links.
 *
 * Guarantees: `sign` gives the same token for the same claim as long as the deployment's secret lives, and nothing is stored
 * for it: a link in a mail of years ago still opens. `verify` gives back the claim of a token that was signed with that
 * secret and undefined for every other text, a token of an unsubscribe link included: that one stands in a header which
 * mail providers read. Neither an address nor a user's id can be read from a token, and it is safe in a URL.
 */
export interface PreferenceTokens {
  sign(claim: PreferenceClaim): string;
  verify(token: string): PreferenceClaim | undefined;
}
export const PreferenceTokens = Symbol('PreferenceTokens');
