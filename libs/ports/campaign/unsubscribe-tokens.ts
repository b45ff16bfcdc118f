/** Who is leaving, and by which campaign's mail. */
export interface UnsubscribeClaim {
  readonly campaignId: string;
  readonly subscriberId: string;
}

/**
 * Tokens of unsubscribe links.
 *
 * Guarantees: `sign` gives the same token for the same ids as long as the deployment's secret lives, and nothing is
 * stored for it. `verify` gives back the ids of a token that was signed with that secret and undefined for every other
 * text, in time that says nothing about how wrong it is. A token holds no address and is safe in a URL.
 */
export interface UnsubscribeTokens {
  sign(campaignId: string, subscriberId: string): string;
  verify(token: string): UnsubscribeClaim | undefined;
}
export const UnsubscribeTokens = Symbol('UnsubscribeTokens');
