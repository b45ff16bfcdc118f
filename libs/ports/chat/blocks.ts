import type { WorkspaceId } from '#domain/kernel/brand.js';

/**
 * Who wants nothing from whom.
 *
 * Guarantees: when `put` resolves, no message that is appended later to a direct conversation of the two is taken. Putting
 * or removing twice is once. `of`, `between` and `among` see every `put` and `remove` that had resolved when they were asked.
 */
export interface Blocks {
  put(workspaceId: WorkspaceId, userId: string, blocked: string): Promise<void>;
  remove(workspaceId: WorkspaceId, userId: string, blocked: string): Promise<void>;
  of(workspaceId: WorkspaceId, userId: string): Promise<readonly string[]>;
  /** Whether either of the two has blocked the other. */
  between(workspaceId: WorkspaceId, one: string, other: string): Promise<boolean>;
  /** Those of the others who have blocked the user or whom the user has blocked. */
  among(workspaceId: WorkspaceId, userId: string, others: readonly string[]): Promise<ReadonlySet<string>>;
}
export const Blocks = Symbol('Blocks');
