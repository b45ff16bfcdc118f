import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';

/** A user of an application, by the application's own name for them. */
export interface TokenUser {
  readonly workspaceId: WorkspaceId;
  /** 1..128 of letters, digits and `._:@-`. */
  readonly userId: string;
}

/**
 * Why a token says nothing. For logs and for whoever writes the code that signs: a client is told no more than that it is
 * not valid.
 */
export type TokenFault =
  | 'malformed'
  | 'wrong_algorithm'
  | 'forged'
  | 'wrong_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'lives_too_long';

export type TokenVerdict =
  | (TokenUser & { readonly kind: 'user'; readonly expiresAt: Instant })
  | { readonly kind: 'refused'; readonly reason: TokenFault };

export interface MintedToken {
  readonly token: string;
  readonly expiresAt: Instant;
}

/** The longest that a token lives, milliseconds. */
export const LONGEST_TOKEN_MS = 24 * 3_600_000;

/**
 * What an end user shows at the door: a JSON Web Token (RFC 7519) that says who they are, signed by the application that
 * knows them or by us at its request.
 *
 * Guarantees: `verify` answers a user only for a token that was signed with a key of this deployment, by the one
 * algorithm that is pinned for that key (whatever the token's own header asks for), for our audience, and that has not
 * expired; it never throws for anything a stranger may send, and its time tells nothing about the key. It looks nothing
 * up about the user: none need exist. `mint` makes a token that `verify` takes in every process of the deployment, for
 * `forMs` milliseconds, rounded up to a second, at most {@link LONGEST_TOKEN_MS}: what asks for more gets that.
 */
export interface UserTokens {
  mint(user: TokenUser, forMs: number): Promise<MintedToken>;
  verify(token: string): Promise<TokenVerdict>;
}
export const UserTokens = Symbol('UserTokens');
