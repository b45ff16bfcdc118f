import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';

/** A tenant: every row of every context belongs to exactly one. */
export interface Workspace {
  readonly id: WorkspaceId;
  readonly name: string;
  readonly createdAt: Instant;
}
