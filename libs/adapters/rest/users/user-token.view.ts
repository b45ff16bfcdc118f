/** What a user's page or app shows when it connects. */
export class UserTokenView {
  /** A JSON Web Token. It is in this answer and nowhere else. */
  token!: string;
  userId!: string;
  /** ISO 8601, UTC. A connection that shows it is closed then. */
  expiresAt!: string;
}
